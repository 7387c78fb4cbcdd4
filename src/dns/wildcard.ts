import { Name } from "./name.ts";

/** The label `*`, with the octet of its length (RFC 4592 §2.1.1). */
const LABEL = "\u0001*";

/** Whether the name whose key goes on from `start` is a wildcard: its first label is `*`. */
export function isWildcardKey(key: string, start = 0): boolean {
  return key.startsWith(LABEL, start);
}

/** The wildcard right below a name: `*.example.org.` */
export function wildcardBelow({ wire, key }: Name): Name {
  return Name.fromWire(LABEL + wire, LABEL + key);
}
