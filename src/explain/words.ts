/**
 * A text of others, fit to print: what is no printable ASCII is escaped, so that nobody can move the cursor of a terminal,
 * nor turn the direction of a line.
 */
export function safeText(text: string): string {
  return text.replace(/[^ -~]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\${String(code).padStart(3, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** All texts in a value, made safe. */
export function safeTexts<T>(value: T): T {
  if (typeof value === "string") return safeText(value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => safeTexts(one)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [key, safeTexts(one)]),
  ) as T;
}

/** A word of a shell's command line. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_][\w.@:/-]*$/.test(text)) return text;
  return `'${safeText(text).replaceAll("'", String.raw`'\''`)}'`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

export function listOf(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

const MAX_CHARACTERS = 200;

/** A text of others in one line, and not too long. */
export function shortened(text: string, maxCharacters = MAX_CHARACTERS): string {
  // A little more than is wanted, so that megabytes are not gone through.
  const line = text
    .slice(0, 4 * maxCharacters)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters)}...` : line;
}
