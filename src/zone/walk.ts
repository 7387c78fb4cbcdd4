import { Name } from "../dns/name.ts";
import { wildcardBelow } from "../dns/wildcard.ts";
import { NamePath } from "./name-path.ts";
import type { ZoneData, ZoneNode } from "./zone-data.ts";

/** What a name is met by on the way down from the apex (RFC 1034 §4.3.2, step 3; RFC 6672 §3.2). */
export type Met =
  /** The name is there; it may be a cut itself, which is a matter of the type asked for. */
  | { readonly what: "name"; readonly node: ZoneNode }
  /** The zone ends above the name. */
  | { readonly what: "cut"; readonly node: ZoneNode }
  /** A DNAME record is above the name. */
  | { readonly what: "dname"; readonly node: ZoneNode }
  | Missing;

/** There is no such name. */
export interface Missing {
  readonly what: "missing";
  /** The longest name that is there (RFC 4592 §3.3.1). */
  readonly encloser: Name;
  /** One label longer than that. */
  readonly nextCloser: Name;
  /** The node of `*` right below the encloser, from which an answer is made. */
  readonly wildcard: ZoneNode | undefined;
}

const path = new NamePath();

/**
 * Goes down from the apex to a name.
 * @param qname within the zone
 */
export function walkTo(data: ZoneData, qname: Name): Met {
  path.set(qname.key);
  const below = path.count - 1 - data.origin.labelCount();
  let node = data.apex;
  for (let label = below - 1; label >= 0; label--) {
    if (node.hasDname) return { what: "dname", node };
    const next = data.findOnPath(path, label);
    if (!next) return missing(data, qname, node, path.starts[label] ?? 0);
    if (next.isCut && label > 0) return { what: "cut", node: next };
    node = next;
  }
  return { what: "name", node };
}

/** @param start where in the name the next closer one begins */
function missing(data: ZoneData, qname: Name, node: ZoneNode, start: number): Missing {
  const nextCloser = Name.fromWire(qname.wire.slice(start), qname.key.slice(start));
  const encloser = nextCloser.parent();
  const wildcard = node.hasWildcardBelow ? data.find(wildcardBelow(encloser)) : undefined;
  return { what: "missing", encloser, nextCloser, wildcard };
}
