/**
 * `<character-string>` (RFC 1035 §5.1) between two forms: octets, kept in a string with one
 * character each, and text with the escapes `\"`, `\\` and `\DDD`.
 */

const needsEscape = /["\\]|[^ -~]/g;

/** Octets in quotes. */
export function quote(octets: string): string {
  const text = octets.replace(needsEscape, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return `\\${String(character.charCodeAt(0)).padStart(3, "0")}`;
  });
  return `"${text}"`;
}

/**
 * The octets of a token's text; characters beyond ASCII count as the octets of their UTF-8.
 * @throws {SyntaxError} for a `\DDD` that is no octet.
 */
export function unescape(text: string): string {
  const octets = Buffer.from(text, "utf8").toString("latin1");
  if (!octets.includes("\\")) return octets;
  return octets.replace(/\\(\d{1,3}|[^]|$)/g, (escape, meant: string) => {
    if (!/^\d/.test(meant)) return meant;
    if (meant.length === 3 && Number(meant) <= 0xff) return String.fromCharCode(Number(meant));
    throw new SyntaxError(`Cannot parse string "${text}": "${escape}" is not an octet`);
  });
}
