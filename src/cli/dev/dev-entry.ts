import type { DevLine } from "./dev-line.ts";

/** A line of the log, of what the screen looks at. */
export interface LogEntry {
  readonly level: string;
  readonly msg: string;
  readonly plugin?: string;
  /** Of a line of *log*. */
  readonly qname?: string;
  readonly qtype?: string;
  readonly rcode?: string | null;
}

/** What a user of `portolan dev` is to see of it. */
export type Shown =
  | { readonly kind: "line"; readonly line: DevLine }
  /** Somebody has asked for a name of the cluster in vain. */
  | { readonly kind: "failed"; readonly name: string; readonly type: string }
  /** The question by which it is seen whether the system asks here. */
  | { readonly kind: "probe"; readonly name: string }
  | undefined;

/** In front of names that only `portolan dev` asks for. */
export const PROBE = "portolan-dev-";

/**
 * @param zones that are the cluster's, with a final dot
 */
export function shownOf(entry: LogEntry, zones: readonly string[]): Shown {
  const { level, plugin = "", msg, qname, qtype = "A", rcode } = entry;
  if (plugin !== "log") return { kind: "line", line: { level, plugin, text: msg } };
  if (qname === undefined) return undefined;
  if (qname.startsWith(PROBE)) return { kind: "probe", name: qname };
  // What has another type, or is outside, is no fault of anybody's.
  const isOfCluster = zones.some((zone) => qname.endsWith(`.${zone}`));
  if (!isOfCluster || rcode === "NOERROR" || isCompleted(qname, zones)) return undefined;
  return { kind: "failed", name: qname, type: qtype };
}

/** A name that had its zone, and that the search list has given another one: what it was is shown already. */
function isCompleted(name: string, zones: readonly string[]): boolean {
  return zones.some((zone) => {
    const given = `.svc.${zone}`;
    const before = name.slice(0, -given.length + 1);
    return name.endsWith(given) && zones.some((one) => before.endsWith(`.${one}`));
  });
}
