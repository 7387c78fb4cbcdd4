import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../run-portolan.ts";

export interface SuiteTest {
  /** Path below the checkout. */
  readonly file: string;
  /** With the titles that it stands under. */
  readonly title: string;
  readonly isPassed: boolean;
}

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
    }[];
  }[];
}

/**
 * Runs tests, as `npm test` or `npm run test:cluster` does.
 * @param args of vitest: files, `-t`
 * @throws {Error} if there is no report
 */
export async function runSuite(args: readonly string[]): Promise<SuiteTest[]> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-suite-"));
  const file = join(folder, "report.json");
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const all = [vitest, "run", ...args, "--reporter=json", `--outputFile=${file}`];
  try {
    const child = spawn(process.execPath, all, { cwd: ROOT, stdio: "ignore" });
    await once(child, "close");
    return testsOf(JSON.parse(readFileSync(file, "utf8")) as JsonReport);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Those that were left out do not count; a file that broke counts as a test that failed. */
export function testsOf({ testResults }: JsonReport): SuiteTest[] {
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = name.slice(ROOT.length + 1);
    const tests = assertionResults
      .filter((test) => test.status === "passed" || test.status === "failed")
      .map((test) => ({ file, title: test.fullName, isPassed: test.status === "passed" }));
    const isBroken = status === "failed" && tests.every(({ isPassed }) => isPassed);
    return isBroken ? [...tests, { file, title: "the file itself", isPassed: false }] : tests;
  });
}

export function passedOf(tests: readonly SuiteTest[]): string {
  return `${tests.filter(({ isPassed }) => isPassed).length} of ${tests.length} passed`;
}
