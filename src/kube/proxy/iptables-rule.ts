/** A rule of iptables, in the parts that `iptables-save` writes in their order. */
export interface IptablesRule {
  readonly table: "nat" | "filter";
  readonly chain: string;
  /** An address, or a range. */
  readonly source?: string;
  /** Whether `source` is what does not match. */
  readonly isElsewhere?: boolean;
  readonly destination?: string;
  readonly protocol?: string;
  readonly comment: string;
  /** What is loaded besides the comment, as `-m statistic ...`. */
  readonly matches?: readonly string[];
  /** Behind the match of the protocol. */
  readonly destinationPort?: number;
  /** Of nfacct: what passed is counted under that name. */
  readonly counter?: string;
  /** With its options; undefined where there is only a comment. */
  readonly target?: string | undefined;
}

/** A line of `iptables-save`, without counters. */
export function saveLine(rule: IptablesRule): string {
  const { chain, source, isElsewhere, destination, protocol, comment, matches, target } = rule;
  const words = [`-A ${chain}`];
  if (source !== undefined) words.push(`${isElsewhere ? "! " : ""}-s ${withLength(source)}`);
  if (destination !== undefined) words.push(`-d ${withLength(destination)}`);
  if (protocol !== undefined) words.push(`-p ${protocol}`);
  if (comment !== "") words.push(`-m comment --comment "${comment}"`);
  words.push(...(matches ?? []));
  if (protocol !== undefined) words.push(`-m ${protocol}`);
  if (rule.destinationPort !== undefined) words.push(`--dport ${rule.destinationPort}`);
  if (rule.counter !== undefined) words.push(`-m nfacct --nfacct-name ${rule.counter}`);
  if (target !== undefined) words.push(`-j ${target}`);
  return words.join(" ");
}

function withLength(address: string): string {
  if (address.includes("/") || !/[.:]/.test(address)) return address;
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

/** What the kernel keeps is a multiple of 2^-31, and of that eleven digits are shown. */
const PROBABILITY_STEPS = 2 ** 31;

/** The rule of the i-th of n endpoints takes one of those that are left; the last one takes all. */
export function probabilityMatch(left: number): string {
  // kube-proxy writes ten digits.
  const kept = Math.round(PROBABILITY_STEPS * Number((1 / left).toFixed(10)));
  return `-m statistic --mode random --probability ${(kept / PROBABILITY_STEPS).toFixed(11)}`;
}
