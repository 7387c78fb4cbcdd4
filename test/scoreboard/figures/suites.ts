import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../run-portolan.ts";
import { runFuzz } from "../../fuzz/run.ts";
import { packets } from "../../fuzz/packets.ts";
import { mebioctets } from "../../bench/scale/table.ts";
import { objectionsTo } from "../../soak/report.ts";
import { soak } from "../../soak/soak.ts";
import type { Advisory } from "../advisories.ts";
import { ADVISORIES } from "../advisories.ts";
import type { Figure } from "../figure.ts";
import { count } from "../figure.ts";
import type { SuiteTest } from "../suite.ts";
import { passedOf, runSuite } from "../suite.ts";

/** The tests that exist, run. */
export const conformance: Figure = {
  id: "S1",
  what: "wire conformance: probes passed, over each transport that they are for",
  goal: "100 %",
  coredns: coreDnsRows(readFileSync(join(ROOT, "docs/conformance.md"), "utf8")),
  async measure() {
    const tests = await runSuite(["test/conformance/conformance.test.ts"]);
    return { text: passedOf(tests), isMet: isPassed(tests) };
  },
};

/** What the document says in its last column: "met", "not met: ...", "not measured". */
export function coreDnsRows(text: string): string {
  const rows = text.split("\n").filter((line) => /^\| [A-Z]\d/.test(line));
  const last = rows.map(
    (row) =>
      row
        .split(/(?<!\\)\|/)
        .at(-2)
        ?.trim() ?? "",
  );
  const measured = last.filter((said) => said.startsWith("met") || said.startsWith("not met"));
  const met = measured.filter((said) => said.startsWith("met"));
  return `${met.length} of ${measured.length} rows`;
}

export const fuzz: Figure = {
  id: "S3",
  what: "fuzz: malformed messages through the server; slowest",
  goal: "no crash; none over 5 ms",
  coredns: "not measured",
  async measure(_, { isFull }) {
    const cases = isFull ? 1_000_000 : 100_000;
    try {
      const { messages, slowestMs } = await runFuzz(packets, { cases, seed: 20 });
      return { text: `0 in ${count(messages)}; ${slowestMs.toFixed(1)} ms`, isMet: true };
    } catch (error) {
      return { text: "failed", isMet: false, note: (error as Error).message.slice(0, 300) };
    }
  },
};

export const wrongAnswers: Figure = {
  id: "S12",
  what: "wrong or stale answers while unsynced, cut off, or after lost events: scenarios passed",
  goal: "all",
  coredns: "wrong in at least 2 scenarios (1.14.7)",
  async measure() {
    const files = ["outage", "faults", "start"].map((name) => `test/cluster/${name}.test.ts`);
    const tests = await runSuite(["--config", "vitest.cluster.config.ts", ...files]);
    if (tests.length === 0) return { text: "not measured", isMet: false, note: "no API server" };
    const failed = tests.filter((test) => !test.isPassed).map(({ title }) => title);
    return {
      text: passedOf(tests),
      isMet: isPassed(tests),
      ...(failed.length > 0 ? { note: `not: ${failed.join("; ")}` } : {}),
    };
  },
};

export const soaked: Figure = {
  id: "S16",
  what: "soak with flaps of everything: wrong, lost, uncaught; handles; memory",
  goal: "0; flat; flat",
  coredns: "not measured",
  async measure(_, { isFull }) {
    const seconds = isFull ? 600 : 60;
    const report = await soak({ seconds, queriesPerSecond: 200, seed: 1 });
    const { tally, before, after, failures } = report;
    const objections = objectionsTo(report);
    const handles = `${before.handles} to ${after.handles} handles`;
    const memory = [before, after].map(({ residentOctets }) => mebioctets(residentOctets));
    const bad = `${tally.wrong.length}, ${tally.lostAtMs.length}, ${failures.length} of ${count(tally.sent)}`;
    return {
      text: `${bad}; ${handles}; ${memory.join(" to ")}`,
      isMet: objections.length === 0,
      note: `${seconds} s${objections.length > 0 ? `: ${objections.join("; ")}` : ""}`,
    };
  },
};

export const advisories: Figure = {
  id: "S17",
  what: "advisories against DNS servers that apply, and have a test that passes",
  goal: "100 %",
  coredns: "not applicable",
  async measure() {
    const named = ADVISORIES.flatMap(({ test }) => test ?? []);
    const tests = await runSuite([...new Set(named.map(({ file }) => file))]);
    const applicable = ADVISORIES.filter(({ test }) => test !== undefined);
    const open = applicable.filter((advisory) => !isCovered(advisory, tests));
    const names = open.map(({ advisory }) => advisory).join(", ");
    return {
      text: `${applicable.length - open.length} of ${applicable.length}`,
      isMet: open.length === 0,
      note: `${ADVISORIES.length - applicable.length} do not apply${open.length > 0 ? `; open: ${names}` : ""}`,
    };
  },
};

/** Whether its test is there, and passed, each of them if the title is that of several. */
export function isCovered({ test }: Advisory, tests: readonly SuiteTest[]): boolean {
  if (!test) return true;
  const found = tests.filter(({ file, title }) => file === test.file && title.includes(test.title));
  return found.length > 0 && found.every(({ isPassed }) => isPassed);
}

function isPassed(tests: readonly SuiteTest[]): boolean {
  return tests.length > 0 && tests.every(({ isPassed }) => isPassed);
}
