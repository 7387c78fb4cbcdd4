import { MAX_LABEL_OCTETS } from "../../../dns/name.ts";

/** The labels between a zone and what is in it, in wire form. */
export const SVC = "\u0003svc";
export const POD = "\u0003pod";

/** `port.protocol.service.namespace.svc`: no longer name below a zone means anything. */
const MAX_LABELS = 5;

/**
 * Where the labels of a name below a zone begin, the first label first:
 *
 *     key        \x05yacht\x08crane-ns\x03svc\x07cluster\x05local\x00
 *     offsets    0         6           15     end
 */
export class LabelOffsets {
  readonly offsets: number[] = [0, 0, 0, 0, 0, 0];
  /** Number of labels, or one more than any name in a zone has. */
  count = 0;
  #key = "";

  /** @param end where the zone begins in `key`, a name's lower-case wire form */
  read(key: string, end: number): void {
    const { offsets } = this;
    let count = 0;
    let at = 0;
    while (at < end && count <= MAX_LABELS) {
      offsets[count++] = at;
      at += key.charCodeAt(at) + 1;
    }
    if (count <= MAX_LABELS) offsets[count] = end;
    this.count = count;
    this.#key = key;
  }

  get isTooLong(): boolean {
    return this.count > MAX_LABELS;
  }

  /** Whether the label next to the zone is this one, given in wire form. */
  endsWith(label: string): boolean {
    const at = this.offsets[this.count - 1] ?? 0;
    const end = this.offsets[this.count] ?? 0;
    return end - at === label.length && this.#key.startsWith(label, at);
  }

  /** The wire form of labels, counted from the zone: 0 is next to it. `to` is included. */
  slice(from: number, to: number): string {
    const start = this.offsets[this.count - 1 - from] ?? 0;
    return this.#key.slice(start, this.offsets[this.count - to]);
  }
}

const LABEL = /^[!-~]+$/;

/** A Kubernetes name as a label in wire form, lower case; undefined if it cannot be one. */
export function wireLabel(text: string): string | undefined {
  const isLabel = text.length <= MAX_LABEL_OCTETS && LABEL.test(text) && !text.includes(".");
  return isLabel ? String.fromCharCode(text.length) + text.toLowerCase() : undefined;
}

/** The first of some labels in wire form. */
export function firstLabel(labels: string): string {
  return labels.slice(0, labels.charCodeAt(0) + 1);
}

export function splitLabels(labels: string): string[] {
  const list: string[] = [];
  for (let rest = labels; rest !== "";) {
    const label = firstLabel(rest);
    list.push(label);
    rest = rest.slice(label.length);
  }
  return list;
}

/** A label without its length octet. */
export function labelText(label: string): string {
  return label.slice(1);
}

/** `_http` and `http` ask for the same port. */
export function withoutUnderscore(text: string): string {
  return text.startsWith("_") ? text.slice(1) : text;
}
