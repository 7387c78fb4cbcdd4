import { EvaluationError } from "../expression-error.ts";
import { Moment, Zone } from "./moment.ts";
import { DAYS, MONTHS, NamedNumber } from "./named-number.ts";

/*
 * Go's layouts: a time is written as Monday, the 2nd of January 2006, 15:04:05 would be, seven
 * hours west of Greenwich. https://pkg.go.dev/time#pkg-constants
 */

const PIECE =
  /January|Jan|Monday|Mon|MST|2006|Z07:00|Z0700|Z07|-07:00|-0700|-07|002|0[1-6]|15|_2|PM|pm|[.,](?:0+|9+)(?!\d)|[1-5]/g;
/** Of a layout, and of what is read by one, in characters. */
const MAX_LENGTH = 200;
const NANOSECONDS = 1_000_000n;

const WRITERS: Readonly<Record<string, (at: Moment) => string>> = {
  January: ({ shown }) => NamedNumber.month(shown.getUTCMonth() + 1).name,
  Jan: ({ shown }) => NamedNumber.month(shown.getUTCMonth() + 1).name.slice(0, 3),
  Monday: ({ shown }) => NamedNumber.weekday(shown.getUTCDay()).name,
  Mon: ({ shown }) => NamedNumber.weekday(shown.getUTCDay()).name.slice(0, 3),
  MST: zoneName,
  2006: ({ shown }) => String(shown.getUTCFullYear()).padStart(4, "0"),
  "06": ({ shown }) => two(shown.getUTCFullYear() % 100),
  "01": ({ shown }) => two(shown.getUTCMonth() + 1),
  1: ({ shown }) => String(shown.getUTCMonth() + 1),
  "02": ({ shown }) => two(shown.getUTCDate()),
  _2: ({ shown }) => String(shown.getUTCDate()).padStart(2),
  2: ({ shown }) => String(shown.getUTCDate()),
  "002": ({ yearDay }) => String(yearDay).padStart(3, "0"),
  15: ({ shown }) => two(shown.getUTCHours()),
  "03": ({ shown }) => two(shown.getUTCHours() % 12 || 12),
  3: ({ shown }) => String(shown.getUTCHours() % 12 || 12),
  "04": ({ shown }) => two(shown.getUTCMinutes()),
  4: ({ shown }) => String(shown.getUTCMinutes()),
  "05": ({ shown }) => two(shown.getUTCSeconds()),
  5: ({ shown }) => String(shown.getUTCSeconds()),
  PM: ({ shown }) => (shown.getUTCHours() < 12 ? "AM" : "PM"),
  pm: ({ shown }) => (shown.getUTCHours() < 12 ? "am" : "pm"),
  "Z07:00": (at) => offsetText(at, ":", "Z"),
  Z0700: (at) => offsetText(at, "", "Z"),
  Z07: (at) => offsetText(at, undefined, "Z"),
  "-07:00": (at) => offsetText(at, ":"),
  "-0700": (at) => offsetText(at, ""),
  "-07": (at) => offsetText(at, undefined),
};

/** A time in words, as Go's `Time.Format`. */
export function formatLayout(at: Moment, layout: string): string {
  checkLength(layout);
  return layout.replace(PIECE, (piece) => WRITERS[piece]?.(at) ?? fractionText(at, piece));
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function zoneName({ zone, milliseconds }: Moment): string {
  const offset = zone.offsetAt(milliseconds);
  if (offset === 0) return zone.name === "UTC" ? "UTC" : "GMT";
  return offsetText(new Moment(BigInt(milliseconds) * NANOSECONDS, zone), undefined);
}

/** @param between hours and minutes; undefined: hours alone */
function offsetText(
  { zone, milliseconds }: Moment,
  between: string | undefined,
  zero = "",
): string {
  const offset = zone.offsetAt(milliseconds);
  if (offset === 0 && zero !== "") return zero;
  const size = Math.abs(offset);
  const minutes = between === undefined ? "" : between + two(size % 60);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${minutes}`;
}

/** `.000` has as many digits as there are zeros, `.999` at most so many. */
function fractionText({ nanoseconds }: Moment, piece: string): string {
  const nanosecond = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const digits = nanosecond
    .toString()
    .padStart(9, "0")
    .slice(0, piece.length - 1);
  if (piece[1] === "0") return piece.charAt(0) + digits;
  const short = digits.replace(/0+$/, "");
  return short === "" ? "" : piece.charAt(0) + short;
}

const READERS: Readonly<Record<string, string>> = {
  January: `(?<month>${MONTHS.join("|")})`,
  Jan: `(?<month>${MONTHS.map((name) => name.slice(0, 3)).join("|")})`,
  Monday: `(?:${DAYS.join("|")})`,
  Mon: `(?:${DAYS.map((name) => name.slice(0, 3)).join("|")})`,
  MST: "(?<zone>UTC|GMT|[A-Z]{3,4})",
  2006: "(?<year>\\d{4})",
  "06": "(?<shortYear>\\d\\d)",
  "01": "(?<month>\\d\\d)",
  1: "(?<month>\\d{1,2})",
  "02": "(?<day>\\d\\d)",
  _2: " ?(?<day>\\d{1,2})",
  2: "(?<day>\\d{1,2})",
  "002": "(?<yearDay>\\d{3})",
  15: "(?<hour>\\d\\d)",
  "03": "(?<hour>\\d\\d)",
  3: "(?<hour>\\d{1,2})",
  "04": "(?<minute>\\d\\d)",
  4: "(?<minute>\\d{1,2})",
  "05": "(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?",
  5: "(?<second>\\d{1,2})(?:[.,](?<fraction>\\d+))?",
  PM: "(?<half>[AP]M)",
  pm: "(?<half>[ap]m)",
  "Z07:00": "(?<offset>Z|[+-]\\d\\d:\\d\\d)",
  Z0700: "(?<offset>Z|[+-]\\d{4})",
  Z07: "(?<offset>Z|[+-]\\d\\d)",
  "-07:00": "(?<offset>[+-]\\d\\d:\\d\\d)",
  "-0700": "(?<offset>[+-]\\d{4})",
  "-07": "(?<offset>[+-]\\d\\d)",
};

function checkLength(text: string): void {
  if (text.length > MAX_LENGTH) throw new EvaluationError("the text or layout is too long");
}

type Fields = Readonly<Record<string, string | undefined>>;

/** @throws {EvaluationError} if the text is not written as the layout says. */
export function parseLayout(layout: string, text: string, zone: Zone): Moment {
  checkLength(layout);
  checkLength(text);
  const fields = fieldsOf(layout, text);
  if (!fields) throw new EvaluationError(`"${text}" is no date such as "${layout}"`);
  const { year, shortYear = "0", fraction = "", offset, half } = fields;
  const hour = Number(fields["hour"] ?? 0);
  const isLate = half?.toUpperCase() === "PM";
  const date = {
    year:
      year === undefined ? fullYear(shortYear, fields["shortYear"] !== undefined) : Number(year),
    month: monthOf(fields["month"]),
    day: Number(fields["day"] ?? 1),
    hour: half === undefined ? hour : (hour % 12) + (isLate ? 12 : 0),
    minute: Number(fields["minute"] ?? 0),
    second: Number(fields["second"] ?? 0),
  };
  const shown = new Date(0);
  shown.setUTCFullYear(date.year, date.month - 1, date.day);
  shown.setUTCHours(date.hour, date.minute, date.second);
  const isReal =
    shown.getUTCDate() === date.day && date.hour < 24 && date.minute < 60 && date.second < 60;
  if (!isReal) throw new EvaluationError(`"${text}" is out of range`);
  if (fields["yearDay"] !== undefined) shown.setUTCMonth(0, Number(fields["yearDay"]));
  const nanosecond = BigInt(fraction.slice(0, 9).padEnd(9, "0"));
  return Moment.local(shown.getTime(), nanosecond, zoneOf(offset, zone));
}

function fieldsOf(layout: string, text: string): Fields | undefined {
  let pattern = "";
  let at = 0;
  const seen = new Set<string>();
  for (const { 0: piece, index } of layout.matchAll(PIECE)) {
    const reader = READERS[piece] ?? "";
    const name = /\(\?<(\w+)>/.exec(reader)?.[1] ?? "";
    pattern += escape(layout.slice(at, index)) + reader;
    if (seen.has(name)) throw new EvaluationError(`"${layout}" has the ${name} twice`);
    if (name !== "") seen.add(name);
    at = index + piece.length;
  }
  return new RegExp(`^${pattern}${escape(layout.slice(at))}$`).exec(text)?.groups;
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function fullYear(short: string, isGiven: boolean): number {
  if (!isGiven) return 0;
  return Number(short) + (Number(short) >= 69 ? 1900 : 2000);
}

function monthOf(text: string | undefined): number {
  if (text === undefined) return 1;
  if (/^\d/.test(text)) return Number(text);
  return MONTHS.findIndex((name) => name.startsWith(text)) + 1;
}

function zoneOf(offset: string | undefined, zone: Zone): Zone {
  if (offset === undefined) return zone;
  if (offset === "Z") return Zone.utc;
  const digits = offset.replace(":", "").padEnd(5, "0");
  return Zone.of(`${digits.slice(0, 3)}:${digits.slice(3)}`);
}
