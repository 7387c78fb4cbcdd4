import { EvaluationError } from "../expression-error.ts";
import type { Machine } from "../machine.ts";
import { parseDuration } from "../time/duration-text.ts";
import { parseLayout } from "../time/layout.ts";
import { Duration, Moment, Zone } from "../time/moment.ts";
import { DURATION, STRING, TIME, TIMEZONE, UNKNOWN, formatType, isAssignable } from "../types.ts";
import type { List } from "../value.ts";
import { toText } from "../value.ts";
import { stringAt } from "./arguments.ts";
import type { BuiltinTable } from "./builtin.ts";
import { checkArguments, checkCount, takes } from "./builtin.ts";

/** Those take some microseconds. */
const DATE_WORK = 500;
const DURATION_WORK = 20;

const LAYOUTS = [
  "2006-01-02",
  "15:04:05",
  "2006-01-02 15:04:05",
  "2006-01-02T15:04:05Z07:00",
  "02 Jan 06 15:04 MST",
  "Monday, 02-Jan-06 15:04:05 MST",
  "Mon, 02 Jan 2006 15:04:05 MST",
];

export const TIME_FUNCTIONS: BuiltinTable = {
  now: {
    check: takes([TIMEZONE], TIME, 1),
    call([zone = Zone.utc]) {
      return new Moment(BigInt(Date.now()) * 1_000_000n, zone instanceof Zone ? zone : Zone.utc);
    },
  },
  duration: { check: takes([STRING], DURATION), call: parsed },
  timezone: {
    check: takes([STRING], TIMEZONE),
    call(args, machine) {
      machine.spend(DATE_WORK);
      return Zone.of(toText(stringAt(args, 0)));
    },
  },
  date: {
    check(args) {
      const [first = UNKNOWN, ...rest] = args;
      checkCount(args, 1, first.kind === "timezone" ? 4 : 3);
      const texts = first.kind === "timezone" ? rest : args;
      if (texts.length === 0) throw new TypeError("expected a date");
      if (!isAssignable(first, STRING) && first.kind !== "timezone") {
        throw new TypeError(`cannot take ${formatType(first)}, expected string`);
      }
      checkArguments(texts, [STRING, STRING, STRING], 2);
      return TIME;
    },
    call: date,
  },
};

function parsed(args: List, machine: Machine): Duration {
  machine.spend(DURATION_WORK);
  return new Duration(parseDuration(toText(stringAt(args, 0))));
}

function date(args: List, machine: Machine): Moment {
  machine.spend(DATE_WORK);
  const [first = null] = args;
  const zone = first instanceof Zone ? first : Zone.utc;
  const texts = first instanceof Zone ? args.slice(1) : args;
  const text = toText(stringAt(texts, 0));
  if (texts.length > 1) {
    const own = texts.length > 2 ? Zone.of(toText(stringAt(texts, 2))) : zone;
    return parseLayout(toText(stringAt(texts, 1)), text, own);
  }
  for (const layout of LAYOUTS) {
    try {
      return parseLayout(layout, text, zone);
    } catch {
      // Another one may fit.
    }
  }
  throw new EvaluationError(`"${text}" is no date`);
}
