/**
 * Domain names (RFC 1035 §3.1, RFC 4343).
 *
 * A name is kept as its uncompressed wire form in a string with one character an octet
 * (latin1): `\x03www\x07example\x00`. That is exact (a dot inside a label cannot be taken for
 * a separator), is its own map key, and shares storage with the names around it.
 */

/** Longest name in octets, root label included (RFC 1035 §2.3.4). */
export const MAX_NAME_OCTETS = 255;
/** Longest label in octets, without its length octet (RFC 1035 §2.3.4). */
export const MAX_LABEL_OCTETS = 63;

/** A domain name: absolute, immutable, case preserved. Compare two by their `key`. */
export class Name {
  /** The root, `.`. */
  static readonly root: Name = new Name("\0", "\0");

  /** Wire form, one character an octet, case as given. */
  readonly wire: string;
  /** Wire form in ASCII lower case: the name's identity (RFC 4343 §3). */
  readonly key: string;
  #presentation: string | undefined;

  private constructor(wire: string, key: string) {
    this.wire = wire;
    this.key = key;
  }

  /** Takes a wire form that is known to be well formed (the reader's and builder's door). */
  static fromWire(wire: string, key: string = lowerCaseWire(wire)): Name {
    return new Name(wire, key);
  }

  /**
   * Reads presentation format (RFC 1035 §5.1: `\.`, `\"`, `\DDD`); a missing final dot is
   * taken as given.
   * @throws {SyntaxError} if a label is empty or too long, or the name is too long.
   */
  static parse(presentation: string): Name {
    const name = parseLabels(presentation);
    if (typeof name === "string") return new Name(name, lowerCaseWire(name));
    throw new SyntaxError(`Cannot parse name "${presentation}": ${name.reason}`);
  }

  /** As {@link Name.parse}, but undefined where that throws. */
  static tryParse(presentation: string): Name | undefined {
    const name = parseLabels(presentation);
    return typeof name === "string" ? new Name(name, lowerCaseWire(name)) : undefined;
  }

  /** Labels without the root, most specific first, in presentation form. */
  labels(): string[] {
    const labels: string[] = [];
    for (let at = 0; at < this.wire.length - 1; at += this.wire.charCodeAt(at) + 1) {
      labels.push(escapeLabel(this.wire, at + 1, at + 1 + this.wire.charCodeAt(at)));
    }
    return labels;
  }

  /** Number of labels, the root not counted: 0 for `.`. */
  labelCount(): number {
    let count = 0;
    for (let at = 0; at < this.wire.length - 1; at += this.wire.charCodeAt(at) + 1) count++;
    return count;
  }

  /** The name without its first label; the root's parent is the root. */
  parent(): Name {
    const skip = this.wire.charCodeAt(0) + 1;
    return this.wire.length === 1 ? this : new Name(this.wire.slice(skip), this.key.slice(skip));
  }

  /** Whether this is `ancestor` or a name below it. */
  isWithin(ancestor: Name): boolean {
    return isKeyWithin(this.key, ancestor.key);
  }

  /** Whether one of these is this name or above it. */
  isWithinAny(ancestors: readonly Name[]): boolean {
    for (const ancestor of ancestors) if (isKeyWithin(this.key, ancestor.key)) return true;
    return false;
  }

  equals(other: Name): boolean {
    return this.key === other.key;
  }

  /** This name put in front of `suffix`, or undefined if the result is over 255 octets. */
  concat(suffix: Name): Name | undefined {
    if (this.wire.length - 1 + suffix.wire.length > MAX_NAME_OCTETS) return undefined;
    const wire = this.wire.slice(0, -1) + suffix.wire;
    const isLowerCase = this.wire === this.key && suffix.wire === suffix.key;
    return new Name(wire, isLowerCase ? wire : this.key.slice(0, -1) + suffix.key);
  }

  /** Presentation format, absolute, with escapes: `www.example.org.` */
  toString(): string {
    return (this.#presentation ??= formatWire(this.wire));
  }
}

/**
 * Whether the name with this key is the one with `ancestorKey` or below it. Comparing ends of
 * strings is not enough: the match has to begin where a label begins.
 */
export function isKeyWithin(key: string, ancestorKey: string): boolean {
  const start = key.length - ancestorKey.length;
  if (start < 0 || !key.endsWith(ancestorKey)) return false;
  let at = 0;
  while (at < start) at += key.charCodeAt(at) + 1;
  return at === start;
}

/** ASCII lower case (RFC 4343 §3); length octets are below 64, so they are never letters. */
export function lowerCaseWire(wire: string): string {
  for (let at = 0; at < wire.length; at++) {
    const octet = wire.charCodeAt(at);
    if (octet >= 0x41 && octet <= 0x5a) return wire.replace(/[A-Z]+/g, (run) => run.toLowerCase());
  }
  return wire;
}

function formatWire(wire: string): string {
  if (wire.length === 1) return ".";
  let text = "";
  for (let at = 0; at < wire.length - 1; at += wire.charCodeAt(at) + 1) {
    text += `${escapeLabel(wire, at + 1, at + 1 + wire.charCodeAt(at))}.`;
  }
  return text;
}

/** Those that miekg/dns, and so CoreDNS, escapes, and `$`, which begins a control entry of a zone file. */
const needsEscape = /[^!-~]|[."'\\();@$]/;

function escapeLabel(wire: string, start: number, end: number): string {
  const label = wire.slice(start, end);
  if (!needsEscape.test(label)) return label;
  let text = "";
  for (const character of label) {
    const octet = character.charCodeAt(0);
    if (octet < 0x20 || octet > 0x7e) text += `\\${String(octet).padStart(3, "0")}`;
    else text += needsEscape.test(character) ? `\\${character}` : character;
  }
  return text;
}

/** The wire form of a name in presentation format, or why there is none. */
function parseLabels(presentation: string): string | { reason: string } {
  return parsePlainLabels(presentation) ?? parseAnyLabels(presentation);
}

/** The wire form of a usual name: nothing but ASCII, no escape, nothing wrong with it. Else undefined. */
function parsePlainLabels(text: string): string | undefined {
  let wire = "";
  for (let start = 0, at = 0; ; at++) {
    const isEnd = at === text.length;
    // "." ends a label; "@" and a backslash mean something else than themselves.
    const code = isEnd ? 0x2e : text.charCodeAt(at);
    if (code > 0x7e || code === 0x5c || code === 0x40) return undefined;
    if (code !== 0x2e) continue;
    const octets = at - start;
    if (octets > MAX_LABEL_OCTETS || (octets === 0 && !(isEnd && at > 1))) return undefined;
    if (octets > 0) wire += String.fromCharCode(octets) + text.slice(start, at);
    if (isEnd) return wire.length < MAX_NAME_OCTETS ? `${wire}\0` : undefined;
    start = at + 1;
  }
}

function parseAnyLabels(presentation: string): string | { reason: string } {
  // Characters beyond ASCII stand for their octets in UTF-8.
  const text = Buffer.from(presentation).toString("latin1");
  if (text === "." || text === "@") return text === "." ? "\0" : { reason: "relative name" };
  if (text === "") return { reason: "empty name" };
  let wire = "";
  let label = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === ".") {
      if (label === "") return { reason: "empty label" };
      wire += String.fromCharCode(label.length) + label;
      label = "";
      continue;
    }
    const octet = character === "\\" ? unescapeAt(text, at) : text.charCodeAt(at);
    if (octet === undefined || octet > 0xff) return { reason: `bad character at ${at}` };
    if (character === "\\") at += isDigit(text, at + 1) ? 3 : 1;
    label += String.fromCharCode(octet);
    if (label.length > MAX_LABEL_OCTETS) return { reason: "label of more than 63 octets" };
  }
  if (label !== "") wire += String.fromCharCode(label.length) + label;
  wire += "\0";
  return wire.length > MAX_NAME_OCTETS ? { reason: "name of more than 255 octets" } : wire;
}

/** The octet that an escape at `at` stands for: `\DDD` or `\X`. */
function unescapeAt(text: string, at: number): number | undefined {
  if (at + 1 >= text.length) return undefined;
  if (!isDigit(text, at + 1)) return text.charCodeAt(at + 1);
  const digits = text.slice(at + 1, at + 4);
  return /^\d{3}$/.test(digits) ? Number(digits) : undefined;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}
