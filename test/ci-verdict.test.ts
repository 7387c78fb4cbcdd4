import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** In npm's place: gives the reports that were made for it, and fails if they say so. */
const NPM = `#!/bin/sh
echo "npm $*" >>"$MADE/calls"
for word; do case $word in --outputFile.json=*) output=\${word#*=} ;; esac; done
[ -n "$output" ] || { [ "$*" != "$FAILING" ] || { echo "it is broken"; exit 1; }; exit 0; }
name=$(basename "$output" .json)
cat "$MADE/$name.log" 2>/dev/null
[ -e "$output" ] || cp "$MADE/$name.json" "$output" || exit 1
! grep -q '"failed"' "$output" && ! [ -e "$MADE/$name.log" ]
`;

let made: string;

beforeEach(() => {
  made = mkdtempSync(join(tmpdir(), "ci-verdict-"));
  for (const [name, text] of [
    ["npm", NPM],
    ["npx", "#!/bin/sh\n"],
    ["apt-get", "#!/bin/sh\n"],
  ] as const) {
    mkdirSync(join(made, "bin"), { recursive: true });
    writeFileSync(join(made, "bin", name), text);
    chmodSync(join(made, "bin", name), 0o755);
  }
  for (const command of COMMANDS) reportOf(command, { "a.test.ts": { works: "" } });
});

afterEach(() => rmSync(made, { recursive: true }));

const COMMANDS = ["test", "test:counts", "test:cluster", "test:package"] as const;

/** Tests by file: each with the message it fails with, or none. A file that does not load is its message. */
type Files = Readonly<Record<string, Readonly<Record<string, string>> | string>>;

/** Makes what vitest would report. */
function reportOf(name: string, files: Files): void {
  const testResults = Object.entries(files).map(([file, tests]) => {
    const assertionResults = Object.entries(typeof tests === "string" ? {} : tests).map(
      ([title, message]) => ({
        title,
        ancestorTitles: ["", "a thing"],
        status: message === "" ? "passed" : "failed",
        failureMessages: message === "" ? [] : [message],
      }),
    );
    const failed =
      typeof tests === "string" || assertionResults.some(({ status }) => status === "failed");
    return {
      name: join(root, "test", file),
      status: failed ? "failed" : "passed",
      message: typeof tests === "string" ? tests : "",
      assertionResults,
    };
  });
  const passed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "passed"),
  );
  write(`${name}.json`, JSON.stringify({ numPassedTests: passed.length, testResults }));
}

function write(name: string, text: string): void {
  writeFileSync(join(made, name), text);
}

function run(command: string, args: readonly string[], failing = "") {
  const env = {
    ...process.env,
    PATH: `${join(made, "bin")}:${process.env["PATH"]}`,
    MADE: made,
    FAILING: failing,
  };
  const { stdout, status } = spawnSync(command, args, { cwd: root, env, encoding: "utf8" });
  const calls = () => readFileSync(join(made, "calls"), "utf8");
  const lines = stdout.trimEnd().split("\n");
  return { status, lines, closing: lines.at(-1), calls };
}

/** What is said of the reports as they were made. */
const judge = () => run(process.execPath, [join(root, ".ci/judge.mjs"), made]);

describe("the verdict of CI", () => {
  it("counts the tests that passed", () => {
    const { status, lines } = judge();
    expect(lines).toEqual(["4 passed, 0 failed"]);
    expect(status).toBe(0);
  });

  it("names a test that fails, and fails again alone, with what it said", () => {
    const message = "Error: no\n".padEnd(2000, "more\n");
    reportOf("test", { "b.test.ts": { breaks: message, works: "" } });
    reportOf("again-0", { "b.test.ts": { breaks: "Error: no", works: "" } });
    const { status, lines, closing, calls } = judge();
    expect(calls()).toMatch(/^npm run test -- test\/b\.test\.ts /);
    const said = lines.slice(lines.indexOf("== what failed") + 1);
    expect(said[0]).toBe("FAILED: test/b.test.ts > a thing > breaks");
    expect(said.slice(1, 4)).toEqual(["    Error: no", "    more", "    more"]);
    expect(said).toHaveLength(1 + 15 + 1);
    expect(closing).toBe("4 passed, 1 failed");
    expect(status).toBe(1);
  });

  it("says what vitest printed of a failure, where it did", () => {
    const title = "test/b.test.ts > a thing > breaks";
    const log = ` FAIL  units  ${title}\n FAIL  c\nAssertionError: no\n\n- 1\n+ 2\n\n⎯⎯[1/1]⎯\nmore\n`;
    write("test.log", log);
    reportOf("test", { "b.test.ts": { breaks: "AssertionError: no\n    at vitest" } });
    reportOf("again-0", { "b.test.ts": { breaks: "AssertionError: no" } });
    const said = [`FAILED: ${title}`, "    AssertionError: no", "    - 1", "    + 2"];
    expect(judge().lines.slice(-5)).toEqual([...said, "3 passed, 1 failed"]);
  });

  it("counts a test that passes when it is run again, and says so", () => {
    reportOf("test:counts", { "b.test.ts": { hurries: "Error: late", works: "" } });
    reportOf("again-0", { "b.test.ts": { hurries: "", works: "" } });
    const { status, lines, calls } = judge();
    expect(lines.slice(-4)).toEqual([
      "FAILED: test/b.test.ts > a thing > hurries",
      "    Error: late",
      "passed only when run again: test/b.test.ts > a thing > hurries: Error: late",
      "5 passed, 0 failed",
    ]);
    expect(calls()).toMatch(/^npm run test -- test\/b\.test\.ts /);
    expect(status).toBe(0);
  });

  it("runs a file again once for all its tests", () => {
    reportOf("test", { "b.test.ts": { hurries: "Error: late", rushes: "Error: late too" } });
    reportOf("again-0", { "b.test.ts": { hurries: "", rushes: "" } });
    const { lines, closing } = judge();
    expect(lines.filter((line) => line.startsWith("passed only"))).toHaveLength(2);
    expect(closing).toBe("5 passed, 0 failed");
  });

  it("does not take a test for passed that is skipped when it is run again", () => {
    reportOf("test", { "b.test.ts": { hurries: "Error: late", works: "" } });
    reportOf("again-0", { "b.test.ts": { works: "" } });
    expect(judge().closing).toBe("4 passed, 1 failed");
  });

  it("runs nothing again if more than five tests fail", () => {
    const tests = Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`breaks ${n}`, "Error: no"]));
    reportOf("test", { "b.test.ts": tests });
    const { closing, calls } = judge();
    expect(closing).toBe("3 passed, 6 failed");
    expect(calls).toThrow("ENOENT");
  });

  it("fits what failed into the lines that are kept, however much it is", () => {
    const message = "Error: no\n".padEnd(2000, "more\n");
    const tests = (n: number) => Object.fromEntries([...Array(n).keys()].map((n) => [n, message]));
    for (const count of [8, 20, 60, 400]) {
      reportOf("test", { "b.test.ts": tests(count) });
      const { lines, closing } = judge();
      expect(closing).toBe(`3 passed, ${count} failed`);
      expect(lines.length).toBeLessThan(140);
    }
  });

  it("tells of a file that does not load", () => {
    reportOf("test", { "b.test.ts": "Cannot find module 'c'", "a.test.ts": { works: "" } });
    reportOf("again-0", { "b.test.ts": "Cannot find module 'c'" });
    const { lines } = judge();
    expect(lines.slice(-3)).toEqual([
      "FAILED: test/b.test.ts",
      "    Cannot find module 'c'",
      "4 passed, 1 failed",
    ]);
  });

  it("tells of an error beside tests that pass, and runs nothing again for it", () => {
    const rule = "⎯".repeat(8);
    write(
      "test.log",
      `fine\n${rule} Unhandled Errors ${rule}\nError: from a timer\n    at a.ts:1\n`,
    );
    const { lines, status, closing } = judge();
    expect(lines).toContain("FAILED: npm run test: errors beside the tests");
    expect(lines).toContain("    Error: from a timer");
    expect(closing).toBe("4 passed, 1 failed");
    expect(status).toBe(1);
  });

  it("tells of such an error beside a test that passes when it is run again", () => {
    const rule = "⎯".repeat(8);
    write("test.log", `fine\n${rule} Unhandled Errors ${rule}\nError: from a timer\n`);
    reportOf("test", { "b.test.ts": { hurries: "Error: late" } });
    reportOf("again-0", { "b.test.ts": { hurries: "" } });
    expect(judge().closing).toBe("4 passed, 1 failed");
  });

  it("tells of a command that failed though nothing in its report did", () => {
    write("failed-tests", "test:cluster\n");
    write("test:cluster.log", "etcd is gone\n");
    const { lines } = judge();
    expect(lines.slice(-4)).toEqual([
      "FAILED: npm run test:cluster",
      "    failed beside its tests",
      "    etcd is gone",
      "4 passed, 1 failed",
    ]);
  });

  it("counts a run without a report as failed, and one without a test", () => {
    rmSync(join(made, "test:package.json"));
    write("test:package.log", "out of memory\n");
    reportOf("test:cluster", {});
    const { lines, closing } = judge();
    expect(lines.join("\n")).toMatch(/npm run test:package\n +no test report: .*\n +out of memory/);
    expect(lines.join("\n")).toMatch(/npm run test:cluster\n +no test ran/);
    expect(closing).toBe("2 passed, 2 failed");
  });

  it("is no success when nothing ran at all", () => {
    for (const command of COMMANDS) rmSync(join(made, `${command}.json`));
    const { closing, status } = judge();
    expect(closing).toBe("0 passed, 4 failed");
    expect(status).toBe(1);
  });
});

describe(".ci/run", () => {
  const ci = (failing = "") => run("bash", [join(root, ".ci/run")], failing);

  it("runs the four test commands and closes with their sum", () => {
    const { closing, status, calls } = ci();
    const commands = [...calls().matchAll(/^npm run (test\S*) /gm)].map(([, command]) => command);
    expect(commands).toEqual(COMMANDS);
    expect(closing).toBe("4 passed, 0 failed");
    expect(status).toBe(0);
  });

  it("closes with what a step said that failed, and with the test that passed when run again", () => {
    reportOf("test", { "b.test.ts": { hurries: "Error: late" } });
    reportOf("again-0", { "b.test.ts": { hurries: "" } });
    const { lines, status } = ci("run soak -- --minutes 0.5");
    expect(lines.slice(lines.indexOf("== what failed"))).toEqual([
      "== what failed",
      "FAILED: npm run soak -- --minutes 0.5",
      "    it is broken",
      "FAILED: test/b.test.ts > a thing > hurries",
      "    Error: late",
      "passed only when run again: test/b.test.ts > a thing > hurries: Error: late",
      "4 passed, 1 failed",
    ]);
    expect(status).toBe(1);
  });

  it("tells of a run that failed beside its tests", () => {
    write("test:cluster.log", "etcd is gone\n");
    expect(ci().lines.slice(-4)).toEqual([
      "FAILED: npm run test:cluster",
      "    failed beside its tests",
      "    etcd is gone",
      "4 passed, 1 failed",
    ]);
  });
});
