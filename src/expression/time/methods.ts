import { EvaluationError } from "../expression-error.ts";
import { stringAt, unfit } from "../functions/arguments.ts";
import { toIndex } from "../operations.ts";
import type { Signature, Type } from "../types.ts";
import {
  BOOL,
  DURATION,
  FLOAT,
  INT,
  MONTH,
  STRING,
  TIME,
  TIMEZONE,
  WEEKDAY,
  signature,
} from "../types.ts";
import type { List, Value } from "../value.ts";
import { Callable, fromText, toText } from "../value.ts";
import { formatDuration } from "./duration-text.ts";
import { formatLayout } from "./layout.ts";
import { Duration, Moment, Zone } from "./moment.ts";
import { NamedNumber } from "./named-number.ts";

interface Method<Self> {
  readonly type: Signature;
  call(self: Self, args: List): Value;
}

const TIME_METHODS: Readonly<Record<string, Method<Moment>>> = {
  Year: ofTime(INT, ({ shown }) => BigInt(shown.getUTCFullYear())),
  Month: ofTime(MONTH, ({ shown }) => NamedNumber.month(shown.getUTCMonth() + 1)),
  Day: ofTime(INT, ({ shown }) => BigInt(shown.getUTCDate())),
  Hour: ofTime(INT, ({ shown }) => BigInt(shown.getUTCHours())),
  Minute: ofTime(INT, ({ shown }) => BigInt(shown.getUTCMinutes())),
  Second: ofTime(INT, ({ shown }) => BigInt(shown.getUTCSeconds())),
  Nanosecond: ofTime(INT, ({ nanoseconds }) => {
    return ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  }),
  Weekday: ofTime(WEEKDAY, ({ shown }) => NamedNumber.weekday(shown.getUTCDay())),
  YearDay: ofTime(INT, ({ yearDay }) => BigInt(yearDay)),
  Unix: ofTime(INT, (self) => floorDivide(self.nanoseconds, 1_000_000_000n)),
  UnixMilli: ofTime(INT, (self) => floorDivide(self.nanoseconds, 1_000_000n)),
  UnixMicro: ofTime(INT, (self) => floorDivide(self.nanoseconds, 1_000n)),
  UnixNano: ofTime(INT, ({ nanoseconds }) => BigInt.asIntN(64, nanoseconds)),
  UTC: ofTime(TIME, (self) => self.in(Zone.utc)),
  Location: ofTime(TIMEZONE, ({ zone }) => zone),
  After: withTime(BOOL, (self, other) => self.nanoseconds > other.nanoseconds),
  Before: withTime(BOOL, (self, other) => self.nanoseconds < other.nanoseconds),
  Equal: withTime(BOOL, (self, other) => self.nanoseconds === other.nanoseconds),
  Sub: withTime(DURATION, (self, other) => self.since(other)),
  Add: {
    type: signature([DURATION], TIME),
    call: (self, args) => self.add(durationAt(args).nanoseconds),
  },
  AddDate: { type: signature([INT, INT, INT], TIME), call: addDate },
  In: { type: signature([TIMEZONE], TIME), call: (self, args) => self.in(zoneAt(args)) },
  Format: {
    type: signature([STRING], STRING),
    call: (self, args) => fromText(formatLayout(self, toText(stringAt(args, 0)))),
  },
  String: {
    type: signature([], STRING),
    call: (self) => fromText(formatLayout(self, "2006-01-02 15:04:05.999999999 -0700 MST")),
  },
};

const DURATION_METHODS: Readonly<Record<string, Method<Duration>>> = {
  Hours: ofDuration(FLOAT, (value) => inUnits(value, 3_600_000_000_000n)),
  Minutes: ofDuration(FLOAT, (value) => inUnits(value, 60_000_000_000n)),
  Seconds: ofDuration(FLOAT, (value) => inUnits(value, 1_000_000_000n)),
  Milliseconds: ofDuration(INT, (value) => value / 1_000_000n),
  Microseconds: ofDuration(INT, (value) => value / 1_000n),
  Nanoseconds: ofDuration(INT, (value) => value),
  Abs: ofDuration(DURATION, (value) => new Duration(value < 0n ? -value : value)),
  String: ofDuration(STRING, (value) => fromText(formatDuration(value))),
};

const NAMED_METHODS: Readonly<Record<string, Method<NamedNumber>>> = {
  String: { type: signature([], STRING), call: ({ name }) => name },
};

const ZONE_METHODS: Readonly<Record<string, Method<Zone>>> = {
  String: { type: signature([], STRING), call: ({ name }) => name },
};

type Tables = Readonly<Record<string, Readonly<Record<string, Method<never>>>>>;

const BY_KIND: Tables = {
  time: TIME_METHODS,
  duration: DURATION_METHODS,
  month: NAMED_METHODS,
  weekday: NAMED_METHODS,
  timezone: ZONE_METHODS,
};

/** The type of a method; undefined if the type has none of that name. */
export function methodType({ kind }: Type, name: string): Signature | undefined {
  return methodOf(kind, name)?.type;
}

/** The method of a value, to be called. */
export function methodValue(value: Value, name: string): Callable | undefined {
  const kind = value instanceof Object && "kind" in value ? value.kind : "";
  const method = methodOf(kind, name);
  if (!method) return undefined;
  return new Callable((args) => {
    if (args.length !== method.type.parameters.length) {
      throw new EvaluationError(`"${name}" takes ${method.type.parameters.length} arguments`);
    }
    return method.call(value as never, args);
  });
}

function methodOf(kind: string, name: string): Method<never> | undefined {
  const table = BY_KIND[kind];
  return table && Object.hasOwn(table, name) ? table[name] : undefined;
}

function ofTime(result: Type, call: (self: Moment) => Value): Method<Moment> {
  return { type: signature([], result), call };
}

function withTime(result: Type, call: (self: Moment, other: Moment) => Value): Method<Moment> {
  return {
    type: signature([TIME], result),
    call(self, [other = null]) {
      if (other instanceof Moment) return call(self, other);
      throw unfit(other, "time");
    },
  };
}

function ofDuration(result: Type, call: (nanoseconds: bigint) => Value): Method<Duration> {
  return { type: signature([], result), call: ({ nanoseconds }) => call(nanoseconds) };
}

function durationAt([value = null]: List): Duration {
  if (value instanceof Duration) return value;
  throw unfit(value, "duration");
}

function zoneAt([value = null]: List): Zone {
  if (value instanceof Zone) return value;
  throw unfit(value, "timezone");
}

function addDate(self: Moment, args: List): Value {
  const [years = 0, months = 0, days = 0] = args.map(toIndex);
  const { shown } = self;
  const date = new Date(shown.getTime());
  date.setUTCFullYear(
    shown.getUTCFullYear() + years,
    shown.getUTCMonth() + months,
    shown.getUTCDate() + days,
  );
  if (Number.isNaN(date.getTime())) throw new EvaluationError("the time is out of range");
  return Moment.local(
    date.getTime(),
    self.nanoseconds - BigInt(self.milliseconds) * 1_000_000n,
    self.zone,
  );
}

function inUnits(value: bigint, unit: bigint): number {
  return Number(value / unit) + Number(value % unit) / Number(unit);
}

function floorDivide(value: bigint, unit: bigint): bigint {
  return value / unit - (value % unit < 0n ? 1n : 0n);
}
