import { Duration, Zone } from "./time/moment.ts";
import { NamedNumber } from "./time/named-number.ts";
import { formatDuration } from "./time/duration-text.ts";
import type { Value } from "./value.ts";
import { elementsOf, fromText, kindOf } from "./value.ts";
import { EvaluationError } from "./expression-error.ts";

/** As fmt's `%v` prints it. */
export function formatValue(value: Value): string {
  if (value === null) return "<nil>";
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatFloat(value);
  if (typeof value !== "object") return String(value);
  const elements = elementsOf(value);
  if (elements) return `[${elements.map(formatValue).join(" ")}]`;
  if (value instanceof Map) {
    const pairs = [...(value as ReadonlyMap<Value, Value>)].toSorted(byKey);
    const texts = pairs.map(([key, one]) => `${formatValue(key)}:${formatValue(one)}`);
    return `map[${texts.join(" ")}]`;
  }
  if (value instanceof Duration) return fromText(formatDuration(value.nanoseconds));
  if (value instanceof Zone || value instanceof NamedNumber) return value.name;
  throw new EvaluationError(`cannot print a ${kindOf(value)}`);
}

/** Numbers by size, then strings. */
function byKey([a]: readonly [Value, Value], [b]: readonly [Value, Value]): number {
  if (typeof a !== typeof b) return typeof a === "string" ? 1 : -1;
  return (a as never) < (b as never) ? -1 : 1;
}

/** The shortest that is the same number; with an exponent where that is below -4 or above 20. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-Inf" : "+Inf";
  if (Object.is(value, -0)) return "-0";
  const [, digits = "", exponent = "0"] = /^(.*)e(.*)$/.exec(value.toExponential()) ?? [];
  const power = Number(exponent);
  if (power >= -4 && power < 21)
    return value.toString().includes("e") ? value.toFixed(20).replace(/0+$/, "") : String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
