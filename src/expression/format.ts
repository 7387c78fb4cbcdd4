import { formatGoFloat } from "../text/go-float.ts";
import { Duration, Zone } from "./time/moment.ts";
import { NamedNumber } from "./time/named-number.ts";
import { formatDuration } from "./time/duration-text.ts";
import type { Payer } from "./operations.ts";
import type { Value } from "./value.ts";
import { elementsOf, fromText, kindOf } from "./value.ts";
import { EvaluationError } from "./expression-error.ts";

/**
 * As fmt's `%v` prints it.
 * @param payer pays for each part: few may be many, where they are in several places
 */
export function formatValue(value: Value, payer: Payer): string {
  payer.spend(typeof value === "string" ? value.length : 1);
  if (value === null) return "<nil>";
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatGoFloat(value);
  if (typeof value !== "object") return String(value);
  const elements = elementsOf(value);
  if (elements) return `[${elements.map((one) => formatValue(one, payer)).join(" ")}]`;
  if (value instanceof Map) {
    const pairs = [...(value as ReadonlyMap<Value, Value>)].toSorted(byKey);
    const texts = pairs.map(
      ([key, one]) => `${formatValue(key, payer)}:${formatValue(one, payer)}`,
    );
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
