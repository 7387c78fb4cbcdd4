import { Name } from "../../dns/name.ts";
import { MAX_TTL_SECONDS } from "../../dns/ttl.ts";
import type { IpAddress } from "../../kube/ip-address.ts";
import { parseIpAddress } from "../../kube/ip-address.ts";

/** What SkyDNS keeps under a key: `{"host":"192.0.2.1","port":8080,"ttl":60}`. */
export interface Service {
  readonly key: string;
  readonly host: string;
  /** -1 for none: then it has no SRV record. */
  readonly port: number;
  readonly priority: number;
  /** 0 if not given. */
  readonly weight: number;
  /** One character an octet (latin1). */
  readonly text: string;
  /** Whether it has an MX record. */
  readonly mail: boolean;
  /** 0 if not given. */
  readonly ttlSeconds: number;
  /** How many labels to leave out of a name made of the key. */
  readonly targetStrip: number;
  readonly group: string;
  /** The host, if it is an address. */
  readonly address: IpAddress | undefined;
  /** The host, if it is a name. */
  readonly target: Name | undefined;
}

const DEFAULT_PRIORITY = 10;
const MAX_U16 = 0xffff;
/** So that an RR holds it, with the length octets of its strings. */
const MAX_TEXT_OCTETS = 65_000;

/**
 * Reads a value. Names of members count in any case, as with Go.
 * @throws {Error} that says what is wrong
 */
export function parseService(key: string, value: string): Service {
  const members = new Members(value);
  const host = members.string("host");
  const address = host === "" ? undefined : parseIpAddress(host);
  const target = host === "" || address ? undefined : Name.tryParse(host);
  if (host !== "" && !address && !target) throw new Error("the host is neither address nor name");
  const text = Buffer.from(members.string("text")).toString("latin1");
  if (text.length > MAX_TEXT_OCTETS) throw new Error(`a text of over ${MAX_TEXT_OCTETS} octets`);
  return {
    key,
    host,
    port: members.integer("port", -1, MAX_U16),
    priority: members.integer("priority", 0, MAX_U16) || DEFAULT_PRIORITY,
    weight: members.integer("weight", 0, MAX_TTL_SECONDS),
    text,
    mail: members.boolean("mail"),
    ttlSeconds: Math.min(members.integer("ttl", 0, 0xffff_ffff), MAX_TTL_SECONDS),
    targetStrip: members.integer("targetstrip", -MAX_TTL_SECONDS, MAX_TTL_SECONDS),
    group: members.string("group"),
    address,
    target,
  };
}

/** The members of a JSON object, by lower-case name. */
class Members {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(json: string) {
    const value: unknown = JSON.parse(json);
    if (value !== null && (typeof value !== "object" || Array.isArray(value))) {
      throw new Error("not a JSON object");
    }
    const entries = Object.entries(value ?? {});
    this.#values = new Map(entries.map(([name, member]) => [name.toLowerCase(), member]));
  }

  string(name: string): string {
    const value = this.#values.get(name) ?? "";
    if (typeof value !== "string") throw new Error(`"${name}" is no string`);
    return value;
  }

  integer(name: string, min: number, max: number): number {
    const value = this.#values.get(name) ?? 0;
    if (typeof value !== "number" || !Number.isInteger(value)) {
      throw new Error(`"${name}" is no integer`);
    }
    if (value < min || value > max) throw new Error(`"${name}" is out of range`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#values.get(name) ?? false;
    if (typeof value !== "boolean") throw new Error(`"${name}" is neither true nor false`);
    return value;
  }
}

/**
 * Leaves out the services of other groups than the one that the shortest key names; all stay where
 * the shortest keys do not agree. Those without a group always stay.
 */
export function groupServices(services: readonly Service[]): readonly Service[] {
  const [first] = services;
  if (!first) return services;
  let { group } = first;
  let depth = depthOf(first);
  for (const service of services) {
    if (depthOf(service) >= depth) continue;
    if (service.group === "") break;
    depth = depthOf(service);
    ({ group } = service);
  }
  if (group === "") return services;
  const isAtOdds = services.some((service) => {
    return service.group !== "" && service.group !== group && depthOf(service) === depth;
  });
  if (isAtOdds) return services;
  return services.filter((service) => service.group === "" || service.group === group);
}

function depthOf({ key }: Service): number {
  return key.split("/").length;
}
