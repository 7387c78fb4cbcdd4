import { Name } from "../dns/name.ts";
import { wildcardBelow } from "../dns/wildcard.ts";
import { NamePath } from "./name-path.ts";
import type { ZoneData, ZoneNode } from "./zone-data.ts";
import { NodeFlag } from "./zone-data.ts";

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
 * What is met first on the way down. It is found from the other end: most names that are asked for are there, and all those above
 * a node are known once it is.
 * @param qname within the zone
 */
export function walkTo(data: ZoneData, qname: Name): Met {
  path.set(qname.key);
  let label = 0;
  let found = data.findOnPath(path, 0);
  while (found < 0) found = data.findOnPath(path, ++label);
  const above = label === 0 ? data.parentOf(found) : found;
  const turning = data.highestWith(NodeFlag.CUT | NodeFlag.DNAME, above);
  if (turning >= 0) {
    const node = data.nodeAt(turning);
    return { what: node.isCut ? "cut" : "dname", node };
  }
  const node = data.nodeAt(found);
  return label === 0
    ? { what: "name", node }
    : missing(data, qname, node, path.starts[label - 1] ?? 0);
}

/** @param start where in the name the next closer one begins */
function missing(data: ZoneData, qname: Name, node: ZoneNode, start: number): Missing {
  const nextCloser = Name.fromWire(qname.wire.slice(start), qname.key.slice(start));
  const encloser = nextCloser.parent();
  const wildcard = node.hasWildcardBelow ? data.find(wildcardBelow(encloser)) : undefined;
  return { what: "missing", encloser, nextCloser, wildcard };
}
