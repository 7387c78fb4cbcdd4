import { EvaluationError } from "../expression-error.ts";
import { formatValue } from "../format.ts";
import { toInt } from "../operations.ts";
import { NamedNumber } from "../time/named-number.ts";
import { FLOAT, INT, STRING, UNKNOWN } from "../types.ts";
import { countCharacters, isList, fromText, toText } from "../value.ts";
import { stringAt, unfit } from "./arguments.ts";
import type { BuiltinTable } from "./builtin.ts";
import { takes, takesKind } from "./builtin.ts";
import { fromJson, writeJson } from "./json.ts";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** A regular expression would take the square of its length for what is nearly a number. */
const MAX_NUMBER_LENGTH = 400;
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

export const CONVERSIONS: BuiltinTable = {
  len: {
    check: takesKind(["array", "map", "string", "bytes"], () => INT),
    call([value = null], machine) {
      if (typeof value === "string") {
        machine.spend(value.length >> 4);
        return BigInt(countCharacters(value));
      }
      if (value instanceof Map) return BigInt(value.size);
      if (isList(value) || value instanceof Uint8Array) return BigInt(value.length);
      throw unfit(value, "string");
    },
  },
  int: {
    check: takesKind(["int", "float", "string", "duration", "month", "weekday"], () => INT),
    call([value = null]) {
      if (typeof value === "string") return parseInteger(value);
      if (value instanceof NamedNumber) return BigInt(value.number);
      return toInt(value);
    },
  },
  float: {
    check: takesKind(["int", "float", "string"], () => FLOAT),
    call([value = null]) {
      if (typeof value === "string") return parseFloatText(value);
      if (typeof value === "number" || typeof value === "bigint") return Number(value);
      throw unfit(value, "number");
    },
  },
  string: {
    check: takes([UNKNOWN], STRING),
    call([value = null], machine) {
      return formatValue(value, machine);
    },
  },
  toJSON: {
    check: takes([UNKNOWN], STRING),
    call([value = null], machine) {
      return fromText(writeJson(value, machine));
    },
  },
  fromJSON: {
    check: takes([STRING], UNKNOWN),
    call(args, machine) {
      const text = toText(stringAt(args, 0));
      machine.spend(text.length);
      try {
        return fromJson(JSON.parse(text));
      } catch {
        throw new EvaluationError("the text is no JSON");
      }
    },
  },
  toBase64: {
    check: takes([STRING], STRING),
    call(args, machine) {
      machine.spend(stringAt(args, 0).length);
      return Buffer.from(stringAt(args, 0), "latin1").toString("base64");
    },
  },
  fromBase64: {
    check: takes([STRING], STRING),
    call(args, machine) {
      const text = stringAt(args, 0).replaceAll(/[\r\n]/g, "");
      machine.spend(text.length);
      if (!BASE64.test(text)) throw new EvaluationError("the text is no base64");
      return Buffer.from(text, "base64").toString("latin1");
    },
  },
};

function parseInteger(text: string): bigint {
  if (!/^[+-]?\d{1,30}$/.test(text)) throw new EvaluationError(`"${text}" is no int`);
  const value = BigInt(text.replace("+", ""));
  if (BigInt.asIntN(64, value) !== value) throw new EvaluationError(`"${text}" is out of range`);
  return value;
}

function parseFloatText(text: string): number {
  if (text.length <= MAX_NUMBER_LENGTH && NUMBER.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  }
  const [, sign, word = ""] = /^([+-]?)(inf|infinity|nan)$/i.exec(text) ?? [];
  if (word === "") throw new EvaluationError(`"${text}" is no float`);
  if (word.length === 3 && word.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? -Infinity : Infinity;
}
