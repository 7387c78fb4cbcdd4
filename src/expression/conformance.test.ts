import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatGoFloat } from "../text/go-float.ts";
import { testQuery } from "../testing/query.ts";
import { ExpressionError } from "./expression-error.ts";
import { Program } from "./program.ts";
import { QUERY_ENVIRONMENT } from "./query-environment.ts";
import { Duration, Moment, Zone } from "./time/moment.ts";
import { formatDuration } from "./time/duration-text.ts";
import { formatLayout } from "./time/layout.ts";
import { NamedNumber } from "./time/named-number.ts";
import type { Value } from "./value.ts";
import { Callable, elementsOf } from "./value.ts";

/** Expressions and what expr-lang 1.17.8 makes of them, with CoreDNS's functions. */
const TABLE: [source: string, result: string][] = JSON.parse(
  readFileSync(join(import.meta.dirname, "testdata/expr-lang-1.17.8.json"), "utf8"),
);

/**
 * Where we differ on purpose. What is computed from constants goes wrong there when it is read, or
 * loses its type: we compute everything at its time.
 */
const DIFFERENCES: Readonly<Record<string, string>> = {
  "7 % 0": "fails",
  '"abc" matches ("(" + "a")': "fails",
  "fromJSON('1') and true": "fails",
};

const query = testQuery("WWW.example.org.", "A", {
  address: "10.1.2.3",
  localAddress: "10.0.0.10",
  id: 4711,
  do: true,
  payloadSize: 1232,
});
const context = { query, metadata: (label: string) => (label === "test/label" ? "value" : "") };

function show(value: Value): string {
  if (value === null) return "nil";
  if (typeof value === "bigint") return `int ${value}`;
  if (typeof value === "number") return `float ${formatGoFloat(value)}`;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return `string ${Buffer.from(value, "latin1").toString("hex")}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (value instanceof Callable) return "function";
  if (value instanceof Moment) {
    return `time ${formatLayout(value.in(Zone.utc), "2006-01-02T15:04:05.999999999Z07:00")}`;
  }
  if (value instanceof Duration) return `duration ${formatDuration(value.nanoseconds)}`;
  if (value instanceof Zone || value instanceof NamedNumber) return `${value.kind} ${value.name}`;
  const elements = elementsOf(value);
  if (elements) return `[${elements.map(show).join(", ")}]`;
  const pairs = [...(value as Map<Value, Value>)].map(([key, one]) => `${show(key)}: ${show(one)}`);
  return `{${pairs.toSorted().join(", ")}}`;
}

function outcomeOf(source: string): string {
  let program;
  try {
    program = new Program(source, QUERY_ENVIRONMENT);
  } catch (error) {
    if (error instanceof ExpressionError) return "refused";
    throw error;
  }
  try {
    return show(program.evaluate(context));
  } catch {
    return "fails";
  }
}

describe("expressions come to what expr-lang makes of them", () => {
  it.each(TABLE)("%s", (source, result) => {
    expect(outcomeOf(source)).toBe(DIFFERENCES[source] ?? result);
  });
});
