import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { onFault } from "../observe/faults.ts";
import { FAULT_PERIOD_MS, LastNet, MAX_FAULTS } from "./last-net.ts";

let told: string[];
let ends: string[];
let nowMs: number;
let source: EventEmitter;
let net: LastNet;
let endFaults: () => void;

beforeEach(() => {
  told = [];
  ends = [];
  nowMs = 0;
  source = new EventEmitter();
  net = new LastNet({ source, end: (message) => ends.push(message), nowMs: () => nowMs });
  endFaults = onFault((what, error) => told.push(`${what}: ${String(error)}`));
});

afterEach(() => endFaults());

function throwOne(): void {
  source.emit("uncaughtException", new TypeError("x"), "uncaughtException");
}

describe("an exception that nobody caught", () => {
  it("is told of, and service goes on", () => {
    net.serve();
    throwOne();
    source.emit("uncaughtException", new Error("y"), "unhandledRejection");
    expect(told).toEqual(["nobody's work: TypeError: x", "a promise of nobody's: Error: y"]);
    expect(ends).toEqual([]);
  });

  it("ends a process that has not begun to serve", () => {
    throwOne();
    expect(ends).toEqual([expect.stringMatching(/^Cannot start: TypeError: x at /)]);
  });

  it("ends the process if more than a hundred of them come in a minute", () => {
    net.serve();
    for (let i = 0; i < MAX_FAULTS; i++) throwOne();
    expect(ends).toEqual([]);
    nowMs = FAULT_PERIOD_MS;
    throwOne();
    expect(ends).toEqual(["Cannot go on: more than 100 exceptions of nobody's in a minute"]);
  });

  it("does not if they come more slowly, for however long", () => {
    net.serve();
    for (let i = 0; i < 10 * MAX_FAULTS; i++) {
      throwOne();
      nowMs += FAULT_PERIOD_MS / MAX_FAULTS + 1;
    }
    expect(ends).toEqual([]);
    expect(told).toHaveLength(10 * MAX_FAULTS);
  });
});
