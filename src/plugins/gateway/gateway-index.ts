import type { Finding, NameIndex } from "../../cluster/cluster-names.ts";
import { Serial } from "../../cluster/serial.ts";
import type { ServedZone } from "../../cluster/served-zone.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { CNAME } from "../../dns/rdata/rfc1035-names.ts";
import type {
  ClusterObject,
  Gateway,
  Kind,
  LoadBalancer,
  ObjectKey,
  Route,
} from "../../kube/cluster-source.ts";
import type { Query } from "../../server/contract/query.ts";
import { SharedStates } from "../../server/contract/shared-states.ts";
import { endStates } from "../../server/contract/state.ts";
import { claimsOf, ownerOf } from "./claims.ts";
import type { Leads } from "./host-names.ts";
import { HostNames } from "./host-names.ts";
import type { IgnoredNames } from "./ignored-names.ts";

const EMPTY = { answer: [] };

/** The host names of a cluster's Services, Ingresses, Gateways and routes, in the zones. */
export class GatewayIndex implements NameIndex {
  readonly #zones: readonly Name[];
  readonly #ignored: IgnoredNames;
  readonly #names = new HostNames();
  readonly #gateways = new Map<string, Gateway>();
  /** By owner. */
  readonly #routes = new Map<string, Route>();
  readonly #states = new SharedStates();
  readonly #serial: Serial;

  /** @param now Unix time in milliseconds */
  constructor(zones: readonly Name[], ignored: IgnoredNames, now: () => number) {
    this.#zones = zones;
    this.#ignored = ignored;
    this.#serial = new Serial(now);
  }

  get serial(): number {
    return this.#serial.value;
  }

  find(zone: ServedZone, labels: string, { qname, qtype }: Query): Finding {
    const states = [this.#states.of(qname.key)];
    const balancer = this.#names.find(qname.key);
    if (!balancer) {
      const exists = labels === "" || this.#names.hasBelow(qname.key);
      return { found: exists ? EMPTY : undefined, states };
    }
    const { addresses, targets } = balancer;
    const target = addresses.length === 0 && labels !== "" ? firstName(targets) : undefined;
    if (!target) return { found: { answer: zone.addresses(qname, qtype, addresses) }, states };
    const alias = zone.record(qname, RrType.CNAME, CNAME.encode({ target }));
    return { found: { answer: [alias], target }, states };
  }

  upsert(object: ClusterObject): void {
    const owner = ownerOf(object);
    if ("gateways" in object) this.#routes.set(owner, object);
    if (object.kind === "Gateway") this.#gateways.set(owner, object);
    this.#put(owner, this.#leadsOf(object));
    if (object.kind === "Gateway") this.#followGateway(object);
  }

  remove(kind: Kind, key: ObjectKey): void {
    const owner = ownerOf({ ...key, kind });
    this.#routes.delete(owner);
    this.#gateways.delete(owner);
    this.#put(owner, undefined);
    if (kind === "Gateway") this.#followGateway(key);
  }

  /** Routes lead where their Gateways are. */
  #followGateway({ namespace, name }: ObjectKey): void {
    for (const [owner, route] of this.#routes) {
      const isIts = route.gateways.some((key) => key.namespace === namespace && key.name === name);
      if (isIts) this.#put(owner, this.#leadsOf(route));
    }
  }

  #leadsOf(object: ClusterObject): Leads {
    const owner = ownerOf(object);
    const leads = new Map<string, LoadBalancer>();
    const find = (key: ObjectKey): Gateway | undefined => {
      return this.#gateways.get(ownerOf({ ...key, kind: "Gateway" }));
    };
    for (const { hostnames, addresses, targets } of claimsOf(object, find)) {
      for (const hostname of hostnames) {
        const key = this.#keyOf(owner, hostname);
        if (key === undefined) continue;
        const known = leads.get(key);
        leads.set(key, {
          addresses: [...(known?.addresses ?? []), ...addresses],
          targets: [...(known?.targets ?? []), ...targets],
        });
      }
    }
    return leads;
  }

  /** A name in one of the zones; undefined if it is not served. */
  #keyOf(owner: string, hostname: string): string | undefined {
    const name = Name.tryParse(hostname.endsWith(".") ? hostname : `${hostname}.`);
    const isWildcard = hostname.startsWith("*");
    if (name && !isWildcard && name.isWithinAny(this.#zones)) return name.key;
    this.#ignored.tell(owner, hostname, isWildcard ? "wildcard" : name ? "outside" : "invalid");
    return undefined;
  }

  #put(owner: string, next: Leads | undefined): void {
    const changed = this.#names.changedBy(owner, next);
    if (changed.size === 0) return;
    endStates(Array.from(changed, (key) => this.#states.at(key)));
    this.#serial.touch();
    this.#names.put(owner, next);
  }
}

/** An alias has one target (RFC 1034 §3.6.2): the first by name, so that it stays the same one. */
function firstName(targets: readonly string[]): Name | undefined {
  const names = targets.toSorted().flatMap((text) => Name.tryParse(text) ?? []);
  return names.find((name) => !name.equals(Name.root));
}
