import { createHash } from "node:crypto";

/** A part of connect's range for each context. */
const FIRST_RANGE = 96;
export const MAX_CONTEXTS = 16;
const MAX_LABEL = 63;

export interface ContextZone {
  readonly context: string;
  /** `staging`, as in `web.shop.svc.staging` */
  readonly zone: string;
  /** `127.97.0.0/16` */
  readonly range: string;
  /** Whether another context would have this zone by its name, so that it has a number behind it. */
  readonly isNumbered: boolean;
}

/**
 * A zone and a range of addresses for each context. A context that is served alone has the same range as beside others, as far as
 * their ranges differ.
 * @throws {TypeError} if there are too many
 */
export function zonesOf(contexts: readonly string[]): readonly ContextZone[] {
  const all = [...new Set(contexts)];
  if (all.length > MAX_CONTEXTS) {
    throw new TypeError(
      `Cannot serve ${all.length} contexts: at most ${MAX_CONTEXTS} can be at a time`,
    );
  }
  const zones = new Set<string>();
  const ranges = new Set<number>();
  return all.map((context) => {
    const label = labelOf(context);
    let zone = label;
    for (let i = 2; zones.has(zone); i++) zone = `${label.slice(0, MAX_LABEL - 4)}-${i}`;
    zones.add(zone);
    let range = createHash("sha256").update(context).digest().readUInt32BE() % MAX_CONTEXTS;
    while (ranges.has(range)) range = (range + 1) % MAX_CONTEXTS;
    ranges.add(range);
    const isNumbered = zone !== label;
    return { context, zone, range: `127.${FIRST_RANGE + range}.0.0/16`, isNumbered };
  });
}

/** What follows the last slash, as in ARNs of AWS, made a label of DNS. */
function labelOf(context: string): string {
  const last = context.slice(context.lastIndexOf("/") + 1).toLowerCase();
  const label = last.replaceAll(/[^a-z0-9]+/g, "-").slice(0, MAX_LABEL);
  return label.replaceAll(/^-+|-+$/g, "") || "context";
}
