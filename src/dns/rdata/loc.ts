import { RrType } from "../iana/rr-type.ts";
import type { TokenCursor } from "../tokenizer.ts";
import type { Presentation } from "./define-rdata.ts";
import { defineRdata } from "./define-rdata.ts";
import type { Field } from "./field.ts";
import { u32, u8 } from "./integer-fields.ts";

/** Angles are thousandths of an arc second, counted from 2^31 at the equator and at Greenwich. */
const zeroAngle = 0x8000_0000;
/** Altitude is in centimetres, counted from 100 km below the ground. */
const zeroAltitude = 10_000_000;

/** There is but one version: 0. */
const version: Field<number> = {
  ...u8,
  decode(reader) {
    const value = reader.u8();
    if (value !== 0) reader.failed = true;
    return value;
  },
};

interface Location {
  readonly version: number;
  /** Sizes and precisions: mantissa and exponent of ten in four bits each, in centimetres. */
  readonly size: number;
  readonly horizontalPrecision: number;
  readonly verticalPrecision: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number;
}

const presentation: Presentation<Location> = {
  format(location) {
    const parts = [
      formatAngle(location.latitude, 90, "N", "S"),
      formatAngle(location.longitude, 180, "E", "W"),
      `${formatCentimetres(location.altitude - zeroAltitude)}m`,
      formatSize(location.size),
      formatSize(location.horizontalPrecision),
      formatSize(location.verticalPrecision),
    ];
    return parts.includes(undefined) ? undefined : parts.join(" ");
  },
  parse(tokens) {
    return {
      version: 0,
      latitude: parseAngle(tokens, 90, "N", "S"),
      longitude: parseAngle(tokens, 180, "E", "W"),
      altitude: parseCentimetres(tokens, -zeroAltitude, 0xffff_ffff - zeroAltitude) + zeroAltitude,
      size: parseSize(tokens, 100),
      horizontalPrecision: parseSize(tokens, 1_000_000),
      verticalPrecision: parseSize(tokens, 1000),
    };
  },
};

/** RFC 1876 §2: `42 21 54.000 N 71 06 18.000 W -24m 30m 10m 10m`. */
export const LOC = defineRdata(
  RrType.LOC,
  {
    version,
    size: u8,
    horizontalPrecision: u8,
    verticalPrecision: u8,
    latitude: u32,
    longitude: u32,
    altitude: u32,
  },
  presentation,
);

/** Undefined if it is more than a quarter or half of the circle. */
function formatAngle(
  angle: number,
  maxDegrees: number,
  positive: string,
  negative: string,
): string | undefined {
  const thousandths = Math.abs(angle - zeroAngle);
  if (thousandths > maxDegrees * 3_600_000) return undefined;
  const degrees = Math.floor(thousandths / 3_600_000);
  const minutes = Math.floor(thousandths / 60_000) % 60;
  const seconds = ((thousandths % 60_000) / 1000).toFixed(3);
  const hemisphere = angle >= zeroAngle ? positive : negative;
  return `${twoDigits(degrees)} ${twoDigits(minutes)} ${seconds} ${hemisphere}`;
}

/** Degrees, then minutes and seconds if given, then the hemisphere. */
function parseAngle(
  tokens: TokenCursor,
  maxDegrees: number,
  positive: string,
  negative: string,
): number {
  const expected = `degrees, minutes, seconds, and ${positive} or ${negative}`;
  let thousandths = 0;
  for (const unit of [3_600_000, 60_000, 1000, 0]) {
    const token = tokens.next(expected);
    const hemisphere = token.text.toUpperCase();
    if (unit < 3_600_000 && (hemisphere === positive || hemisphere === negative)) {
      return zeroAngle + (hemisphere === positive ? thousandths : -thousandths);
    }
    const pattern = unit === 1000 ? /^\d{1,2}(\.\d{1,3})?$/ : /^\d{1,3}$/;
    const limit = unit === 3_600_000 ? maxDegrees : 59.999;
    if (unit === 0 || !pattern.test(token.text) || Number(token.text) > limit) {
      throw tokens.unexpected(expected, token);
    }
    thousandths += Math.round(Number(token.text) * unit);
    if (thousandths > maxDegrees * 3_600_000) throw tokens.unexpected(expected, token);
  }
  return zeroAngle;
}

/** Metres, with two decimals if there are centimetres. */
function formatCentimetres(centimetres: number): string {
  return (centimetres / 100).toFixed(centimetres % 100 === 0 ? 0 : 2);
}

function parseCentimetres(tokens: TokenCursor, min: number, max: number): number {
  const token = tokens.next("metres");
  const metres = /^(-?\d{1,9}(?:\.\d{1,2})?)m?$/i.exec(token.text)?.[1];
  const centimetres = Math.round(Number(metres ?? NaN) * 100);
  if (!(centimetres >= min && centimetres <= max)) {
    throw tokens.unexpected(`metres from ${min / 100} to ${max / 100}`, token);
  }
  return centimetres;
}

/** Undefined for digits beyond nine, and for a zero that is written otherwise than 0. */
function formatSize(size: number): string | undefined {
  const mantissa = size >>> 4;
  const exponent = size & 0x0f;
  if (mantissa > 9 || exponent > 9 || (mantissa === 0 && exponent > 0)) return undefined;
  return `${formatCentimetres(mantissa * 10 ** exponent)}m`;
}

/** Digits behind the first are dropped, as there is space for one. */
function parseSize(tokens: TokenCursor, centimetresByDefault: number): number {
  let mantissa = tokens.isDone ? centimetresByDefault : parseCentimetres(tokens, 0, 9e9);
  let exponent = 0;
  for (; mantissa >= 10; exponent++) mantissa = Math.floor(mantissa / 10);
  return (mantissa << 4) | exponent;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
