import { EvaluationError } from "../expression-error.ts";

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u{b5}s": 1_000n,
  "\u{3bc}s": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
/** Of a text, in characters. */
const MAX_LENGTH = 200;
const LARGEST = 2n ** 63n - 1n;

/** Nanoseconds of a text such as "1h30m" or "-1.5s". @throws {EvaluationError} */
export function parseDuration(text: string): bigint {
  if (text.length > MAX_LENGTH) throw new EvaluationError("the duration is too long");
  const [, sign, body = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const pieces = [...body.matchAll(/(\d*)(?:\.(\d*))?(ns|[u\u{b5}\u{3bc}]s|ms|s|m|h)/gu)];
  const isWhole = pieces.map(([piece]) => piece).join("") === body && pieces.length > 0;
  const hasDigits = pieces.every(([, whole, fraction]) => `${whole ?? ""}${fraction ?? ""}` !== "");
  const total = pieces.reduce((sum, [, whole = "", fraction = "", unit = ""]) => {
    const of = UNITS[unit] ?? 0n;
    const digits = fraction.slice(0, 18);
    return (
      sum + BigInt(whole || 0) * of + (BigInt(digits || 0) * of) / 10n ** BigInt(digits.length)
    );
  }, 0n);
  const isZero = body === "0";
  if (!isZero && (!isWhole || !hasDigits || total > LARGEST)) {
    throw new EvaluationError(`"${text}" is no duration`);
  }
  return sign === "-" ? -total : total;
}

/** As Go prints a duration: "1h30m0s", "1.5s", "250ms", "0s". */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? "-" : "";
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) return "0s";
  for (const unit of ["ns", "\u{b5}s", "ms"]) {
    const of = UNITS[unit] ?? 1n;
    if (size < of * 1_000n) return `${sign}${decimal(size, of)}${unit}`;
  }
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, unit: bigint): string {
  const rest = (value % unit).toString().padStart(unit.toString().length - 1, "0");
  const fraction = unit === 1n ? "" : rest.replace(/0+$/, "");
  return `${value / unit}${fraction === "" ? "" : `.${fraction}`}`;
}
