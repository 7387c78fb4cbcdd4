import { rcodeLabel } from "../../dns/iana/rcode.ts";
import type { Cell, HistogramCell } from "../../observe/metrics.ts";
import type { Query } from "../../server/contract/query.ts";
import type { ReasonCode } from "../../server/contract/reason.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import type { RepeatObserver, RepeatedQueries } from "../../server/contract/repeat-observer.ts";
import type { TrafficFamilies } from "./traffic-families.ts";
import { TYPE_LABELS, typeLabelIndex } from "./type-label.ts";

type ZoneLabels = readonly [server: string, zone: string, view: string];

const TRANSPORTS = ["udp", "tcp"] as const;

/** What is counted for each transport. */
interface TransportCells {
  readonly requestSize: HistogramCell;
  readonly responseSize: HistogramCell;
}

/**
 * Traffic of one zone. Time series begin with the first query they count; from then on their
 * cells are found by small numbers:
 *
 *     requests   (transport * 2 + family) * types + type
 *     responses  rcode
 */
export class ZoneTraffic implements RepeatObserver {
  readonly #families: TrafficFamilies;
  readonly #labels: ZoneLabels;
  readonly #requests: (Cell | undefined)[];
  readonly #responses: (Cell | undefined)[] = [];
  readonly #transports: (TransportCells | undefined)[] = [undefined, undefined];
  readonly #reasons = new Map<ReasonCode, Cell>();
  #duration: HistogramCell | undefined;
  #dnssecOk: Cell | undefined;

  constructor(families: TrafficFamilies, labels: ZoneLabels) {
    this.#families = families;
    this.#labels = labels;
    this.#requests = Array.from({ length: 4 * TYPE_LABELS.length }, () => undefined);
  }

  count(query: Query, outcome: Outcome, octets: number): void {
    const { client } = query;
    const transport = client.transport === "udp" ? 0 : 1;
    const family = client.address.includes(":") ? 1 : 0;
    this.#requestCell(transport, family, typeLabelIndex(query.qtype)).value++;
    if (query.dnssecOk) this.#dnssecOkCell().value++;
    this.#durationCell().observe((performance.now() - query.receivedMs) / 1_000);
    const sizes = this.#transportCells(transport);
    sizes.requestSize.observe(query.octets);
    if (outcome === DROPPED) return;
    sizes.responseSize.observe(octets);
    this.#responseCell(outcome.rcode).value++;
    if (outcome.reason) this.#reasonCell(outcome.reason).value++;
  }

  countRepeats(queries: RepeatedQueries): void {
    const { count, qtype, rcode, reason } = queries;
    const family = queries.isIpv6 ? 1 : 0;
    const transport = queries.isStream ? 1 : 0;
    this.#requestCell(transport, family, typeLabelIndex(qtype)).value += count;
    if (queries.dnssecOk) this.#dnssecOkCell().value += count;
    this.#durationCell().observe(queries.seconds, count);
    const sizes = this.#transportCells(transport);
    sizes.requestSize.observe(queries.queryOctets, count);
    sizes.responseSize.observe(queries.replyOctets, count);
    this.#responseCell(rcode).value += count;
    if (reason) this.#reasonCell(reason).value += count;
  }

  #requestCell(transport: 0 | 1, family: 0 | 1, type: number): Cell {
    const index = (transport * 2 + family) * TYPE_LABELS.length + type;
    return (this.#requests[index] ??= this.#families.requests.with(
      ...this.#labels,
      TRANSPORTS[transport],
      String(family + 1),
      TYPE_LABELS[type] ?? "",
    ));
  }

  /** The label `plugin` stays empty: a reply does not tell who made it. */
  #responseCell(rcode: number): Cell {
    return (this.#responses[rcode] ??= this.#families.responses.with(
      ...this.#labels,
      rcodeLabel(rcode),
      "",
    ));
  }

  #transportCells(transport: 0 | 1): TransportCells {
    const name = TRANSPORTS[transport];
    return (this.#transports[transport] ??= {
      requestSize: this.#families.requestSize.with(...this.#labels, name),
      responseSize: this.#families.responseSize.with(...this.#labels, name),
    });
  }

  #reasonCell(reason: ReasonCode): Cell {
    const known = this.#reasons.get(reason);
    if (known) return known;
    const cell = this.#families.reasons.with(...this.#labels, reason);
    this.#reasons.set(reason, cell);
    return cell;
  }

  #durationCell(): HistogramCell {
    return (this.#duration ??= this.#families.duration.with(...this.#labels));
  }

  #dnssecOkCell(): Cell {
    return (this.#dnssecOk ??= this.#families.dnssecOk.with(...this.#labels));
  }
}
