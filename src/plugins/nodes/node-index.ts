import { isDeepStrictEqual } from "node:util";
import type { Finding, NameIndex } from "../../cluster/cluster-names.ts";
import { CountedNames } from "../../cluster/counted-names.ts";
import { Serial } from "../../cluster/serial.ts";
import type { ServedZone } from "../../cluster/served-zone.ts";
import { splitLabels } from "../../cluster/wire-labels.ts";
import type { Name } from "../../dns/name.ts";
import type { ClusterObject, Kind, Node, ObjectKey, Service } from "../../kube/cluster-source.ts";
import type { Query } from "../../server/contract/query.ts";
import { SharedStates } from "../../server/contract/shared-states.ts";
import { endStates, State } from "../../server/contract/state.ts";
import { EndpointNodes } from "./endpoint-nodes.ts";
import type { ExposedService } from "./exposed-service.ts";
import { exposed, serviceLabels } from "./exposed-service.ts";
import type { ShownNode } from "./node-table.ts";
import { NodeTable } from "./node-table.ts";
import { portRecords, serviceRecords } from "./node-records.ts";
import type { NodesOptions } from "./parse.ts";
import { NodeZone } from "./zones.ts";

const EMPTY = { answer: [] };

/** The names of a cluster's nodes, and of the Services that their ports lead to. */
export class NodeIndex implements NameIndex {
  readonly #nodes: NodeTable;
  readonly #endpoints = new EndpointNodes();
  /** By their labels. */
  readonly #services = new Map<string, ExposedService>();
  readonly #namespaces = new CountedNames();
  /** What nodes there are. */
  #nodesState = new State();
  /** Of Services, and of namespaces, by their labels: also of those that are not there. */
  readonly #states = new SharedStates();
  readonly #serial: Serial;
  /** Where Services are reached, as far as somebody has asked. */
  readonly #places = new Map<string, readonly ShownNode[]>();

  /** @param now Unix time in milliseconds */
  constructor(options: Pick<NodesOptions, "addressTypes" | "notReady" | "max">, now: () => number) {
    this.#nodes = new NodeTable(options);
    this.#serial = new Serial(now);
  }

  get serial(): number {
    return this.#serial.value;
  }

  find(zone: ServedZone, labels: string, query: Query, origin: Name): Finding {
    if (zone instanceof NodeZone) return this.#findNode(zone, labels, query);
    return this.#findService(zone, labels, query, origin);
  }

  upsert(object: ClusterObject): void {
    if (object.kind === "Node") this.#putNode(object.name, object);
    else if (object.kind === "Service") this.#putService(object, object);
    else if (object.kind === "EndpointSlice") this.#putSlice(object, object);
  }

  remove(kind: Kind, key: ObjectKey): void {
    if (kind === "Node") this.#putNode(key.name, undefined);
    else if (kind === "Service") this.#putService(key, undefined);
    else if (kind === "EndpointSlice") this.#putSlice(key, undefined);
  }

  #findNode(zone: ServedZone, labels: string, { qname, qtype }: Query): Finding {
    const states = [this.#nodesState];
    const node = this.#nodes.get(labels);
    if (node) return { found: { answer: zone.addresses(qname, qtype, node.addresses) }, states };
    const exists = labels === "" || this.#nodes.hasBelow(labels);
    return { found: exists ? EMPTY : undefined, states };
  }

  /** `_http._tcp.web.shop`, and what is above it. */
  #findService(zone: ServedZone, labels: string, query: Query, origin: Name): Finding {
    const list = splitLabels(labels);
    const port = list.slice(0, -2).map((label) => label.slice(1));
    const own = list.slice(-2).join("");
    const states = [this.#states.of(own)];
    if (list.length < 2) {
      const exists = labels === "" || this.#namespaces.has(labels);
      return { found: exists ? EMPTY : undefined, states };
    }
    const service = this.#services.get(own);
    if (!service || port.length > 2) return { found: undefined, states };
    const around = { zone, query, origin, service, places: this.#placesOf(service) };
    const found = port.length === 0 ? serviceRecords(around) : portRecords(around, port);
    return { found, states: [...states, this.#nodesState] };
  }

  #placesOf(service: ExposedService): readonly ShownNode[] {
    const known = this.#places.get(service.key);
    if (known) return known;
    const places = this.#nodes.placesOf(service.key, ({ name }) => {
      return !service.isLocal || this.#endpoints.has(service.key, name);
    });
    this.#places.set(service.key, places);
    return places;
  }

  #putNode(name: string, node: Node | undefined): void {
    const next = node && this.#nodes.shown(node);
    if (isDeepStrictEqual(this.#nodes.find(name), next)) return;
    this.#change([this.#nodesState]);
    this.#nodesState = new State();
    this.#nodes.put(name, next);
  }

  #putService({ namespace, name }: ObjectKey, service: Service | undefined): void {
    const labels = serviceLabels(namespace, name);
    if (labels === undefined) return;
    const next = service && exposed(service);
    const old = this.#services.get(labels);
    if (isDeepStrictEqual(old, next)) return;
    const space = splitLabels(labels)[1] ?? "";
    const begins = !old && !this.#namespaces.has(space);
    const ends = !next && this.#namespaces.isOnce(space);
    const isSpaceChanged = begins || ends;
    this.#change([this.#states.at(labels), isSpaceChanged ? this.#states.at(space) : undefined]);
    if (old) this.#namespaces.delete(space);
    if (next) this.#namespaces.add(space);
    if (next) this.#services.set(labels, next);
    else this.#services.delete(labels);
  }

  #putSlice(key: ObjectKey, slice: Parameters<EndpointNodes["put"]>[1]): void {
    const labels = this.#endpoints.servicesChangedBy(key, slice).flatMap((service) => {
      const [namespace = "", name = ""] = service.split("/");
      return serviceLabels(namespace, name) ?? [];
    });
    // Where a Service's own endpoints are matters to few.
    const local = labels.filter((own) => this.#services.get(own)?.isLocal === true);
    if (local.length > 0) this.#change(local.map((own) => this.#states.at(own)));
    this.#endpoints.put(key, slice);
  }

  #change(states: readonly (State | undefined)[]): void {
    endStates(states);
    this.#places.clear();
    this.#serial.touch();
  }
}
