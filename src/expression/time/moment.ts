import { EvaluationError } from "../expression-error.ts";

/** Go's time.Duration. */
export class Duration {
  readonly kind = "duration";
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** Making one takes long. */
const ZONES = new Map<string, Zone>();
const MAX_ZONES = 500;

/** Go's time.Location: a time zone of the IANA's data, or a fixed offset. */
export class Zone {
  readonly kind = "timezone";
  static readonly utc: Zone = new Zone("UTC");
  readonly name: string;
  readonly #parts: Intl.DateTimeFormat;

  /** @throws {EvaluationError} if there is no such zone. */
  static of(name: string): Zone {
    const known = ZONES.get(name) ?? new Zone(name);
    if (ZONES.size > MAX_ZONES) ZONES.clear();
    ZONES.set(name, known);
    return known;
  }

  private constructor(name: string) {
    this.name = name;
    try {
      this.#parts = new Intl.DateTimeFormat("en-US-u-hc-h23", {
        timeZone: name,
        timeZoneName: "longOffset",
      });
    } catch {
      throw new EvaluationError(`unknown time zone "${name}"`);
    }
  }

  /** Minutes east of Greenwich, at a time. */
  offsetAt(milliseconds: number): number {
    const parts = this.#parts.formatToParts(milliseconds);
    const text = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = "0", minutes = "0"] = /([+-])(\d+):?(\d*)/.exec(text) ?? [];
    const value = Number(hours) * 60 + Number(minutes);
    return sign === "-" ? -value : value;
  }
}

const NANOSECONDS = 1_000_000n;
const DAY_MS = 86_400_000;
/** What a JavaScript date can be. */
const LATEST_MS = 8.64e15 - DAY_MS;

/** Go's time.Time. */
export class Moment {
  readonly kind = "time";
  /** Since 1970, in UTC. */
  readonly nanoseconds: bigint;
  readonly zone: Zone;

  constructor(nanoseconds: bigint, zone: Zone = Zone.utc) {
    if (Math.abs(Number(nanoseconds / NANOSECONDS)) > LATEST_MS) {
      throw new EvaluationError("the time is out of range");
    }
    this.nanoseconds = nanoseconds;
    this.zone = zone;
  }

  /** A time as the clocks of a zone show it. */
  static local(shownMs: number, nanosecond: bigint, zone: Zone): Moment {
    // A second look, as the first was at another time by the offset itself.
    const first = shownMs - zone.offsetAt(shownMs) * 60_000;
    const ms = shownMs - zone.offsetAt(first) * 60_000;
    return new Moment(BigInt(ms) * NANOSECONDS + nanosecond, zone);
  }

  get milliseconds(): number {
    const floor = this.nanoseconds % NANOSECONDS < 0n ? 1n : 0n;
    return Number(this.nanoseconds / NANOSECONDS - floor);
  }

  /** A date whose UTC fields are what the clocks of the zone show. */
  get shown(): Date {
    const { milliseconds } = this;
    return new Date(milliseconds + this.zone.offsetAt(milliseconds) * 60_000);
  }

  add(nanoseconds: bigint): Moment {
    return new Moment(this.nanoseconds + nanoseconds, this.zone);
  }

  since(earlier: Moment): Duration {
    return new Duration(BigInt.asIntN(64, this.nanoseconds - earlier.nanoseconds));
  }

  in(zone: Zone): Moment {
    return new Moment(this.nanoseconds, zone);
  }

  /** 1 for the first of January. */
  get yearDay(): number {
    const { shown } = this;
    return Math.floor((shown.getTime() - Date.UTC(shown.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
  }
}
