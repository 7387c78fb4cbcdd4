// Says what failed in CI and why, runs again what may have failed by chance, and closes with
// "N passed, N failed". `.ci/run` calls it with the folder of its reports:
//   TEST-COMMAND.json  what vitest reports        failed-steps  a line for each step that failed
//   TEST-COMMAND.log   what it printed            failed-tests  the same for the test commands
//   STEP.log           what a step printed
// Plain JavaScript, for it also has to run where `npm ci` has failed, on whatever Node there is.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

const COMMANDS = ["test", "test:counts", "test:cluster", "test:package"];
/** More than this many failures are no chance. */
const AGAIN_AT_MOST = 5;
const AGAIN_SECONDS = 300;
const MESSAGE_LINES = 15;
const LINE_LENGTH = 400;
/** Only the last 150 lines of what CI prints are kept. */
const PRINTED_LINES = 130;

const reports = process.argv[2];
const failedSteps = lines(read("failed-steps"));
const failedCommands = lines(read("failed-tests"));
const runs = COMMANDS.map((command) => readRun(command, command, failedCommands.includes(command)));
const failures = [
  ...failedSteps.map((step) => ({
    title: step,
    message: tail(read(`${step.replaceAll(/\W+/g, "-")}.log`)),
  })),
  ...runs.flatMap((run) => run.failures),
];
const settled = runAgain(failures.filter(({ file }) => file !== undefined));
console.log(report().join("\n"));

/** What a test command's report and log say: how many tests passed, and what failed. */
function readRun(command, name, failed) {
  const log = read(`${name}.log`);
  let result;
  try {
    result = JSON.parse(readFileSync(join(reports, `${name}.json`), "utf8"));
  } catch (error) {
    const message = `no test report: ${error.message}\n${tail(log)}`;
    return { passed: 0, failures: [{ title: `npm run ${command}`, message }] };
  }
  const failures = result.testResults.flatMap((file) => fileFailures(command, file, log));
  // Vitest's report does not have them; they fail a run in which all tests pass.
  const errors = /^⎯+ Unhandled Errors? ⎯+$[^]*/m.exec(log)?.[0];
  const title = `npm run ${command}`;
  if (errors) failures.push({ title: `${title}: errors beside the tests`, message: errors });
  const passed = result.numPassedTests;
  if (failures.length === 0 && passed === 0) {
    failures.push({ title, message: "no test ran" });
  } else if (failures.length === 0 && failed) {
    failures.push({ title, message: `failed beside its tests\n${tail(log)}` });
  }
  return { passed, failures };
}

/** The failures of one file's tests, or of the file as a whole: one that does not load has no tests. */
function fileFailures(command, { name, status, message, assertionResults }, log) {
  const file = relative(process.cwd(), name);
  const tests = assertionResults.filter((test) => test.status === "failed");
  const passed = assertionResults.filter((test) => test.status === "passed").length;
  const about = { command, file, passedBefore: passed };
  if (tests.length === 0 && status === "failed") {
    return [{ ...about, title: file, message: saidOf(file, log) || message }];
  }
  return tests.map((test) => {
    const title = [file, ...test.ancestorTitles, test.title].filter(Boolean).join(" > ");
    return { ...about, title, message: saidOf(title, log) || test.failureMessages.join("\n") };
  });
}

/** Runs the files of these failures once more, each alone. Returns what passed of each file. */
function runAgain(failed) {
  const settled = new Map();
  if (failed.length > AGAIN_AT_MOST) return settled;
  const until = Date.now() + AGAIN_SECONDS * 1000;
  for (const { command, file } of failed) {
    const key = `${command} ${file}`;
    const seconds = Math.ceil((until - Date.now()) / 1000);
    if (settled.has(key) || seconds <= 0) continue;
    const name = `again-${settled.size}`;
    // This one names its files itself.
    const counts = command === "test:counts";
    const script = counts ? "test" : command;
    const output = `--outputFile.json=${join(reports, `${name}.json`)}`;
    const options = ["--reporter=default", "--reporter=json", output];
    const env = { ...process.env, ...(counts && { PORTOLAN_TEST_COUNTS: "full" }) };
    console.log(`== once more: npm run ${script} -- ${file}`);
    const { status } = spawnSync(
      "timeout",
      ["--kill-after=5", `${seconds}`, "npm", "run", script, "--", file, ...options],
      { stdio: ["ignore", "inherit", "inherit"], env },
    );
    const run = readRun(command, name, status !== 0);
    settled.set(key, { ...run, passed: run.failures.length === 0 ? run.passed : undefined });
  }
  return settled;
}

/** What is printed. Also sets the exit code. */
function report() {
  const printed = failures.length === 0 ? [] : ["== what failed"];
  const each = Math.floor(PRINTED_LINES / failures.length) - 2;
  const only = [];
  let passed = runs.reduce((sum, run) => sum + run.passed, 0);
  let failed = failures.length;
  for (const { command, file, title, message, passedBefore } of failures) {
    const again = settled.get(`${command} ${file}`);
    const said = lines(stripVTControlCharacters(message)).map((line) => line.slice(0, LINE_LENGTH));
    const first = said.slice(0, Math.min(MESSAGE_LINES, Math.max(each, 1)));
    printed.push(`FAILED: ${title}`, ...first.map((line) => `    ${line}`));
    // A test that is skipped now has not passed.
    if (again?.passed === undefined || again.passed <= passedBefore) continue;
    only.push(`passed only when run again: ${title}: ${said[0] ?? ""}`);
    failed -= 1;
    // All of a file's tests passed now; count each once.
    if (!again.counted) passed += again.passed - passedBefore;
    again.counted = true;
  }
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  return [...printed.slice(0, PRINTED_LINES), ...only, `${passed} passed, ${failed} failed`];
}

function read(name) {
  const path = join(reports, name);
  return existsSync(path) ? stripVTControlCharacters(readFileSync(path, "utf8")) : "";
}

function lines(text) {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function tail(text) {
  return lines(text).slice(-MESSAGE_LINES).join("\n");
}

/** What vitest printed of a failure, which has the difference as well: below the line that names it. */
function saidOf(title, log) {
  const all = lines(log);
  const at = all.findIndex((line) => /^\s*FAIL\s/.test(line) && line.includes(title));
  if (at === -1) return "";
  const said = all.slice(at).filter((line) => !/^\s*FAIL\s/.test(line));
  const end = said.findIndex((line) => line.startsWith("⎯"));
  return said.slice(0, end === -1 ? undefined : end).join("\n");
}
