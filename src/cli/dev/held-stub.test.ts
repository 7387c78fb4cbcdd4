import { expect, it } from "vitest";
import { until } from "../../testing/until.ts";
import { HELD } from "../stub/hold.ts";
import { HeldStub } from "./held-stub.ts";

/** @param script of a program in the place of *stub install* */
function heldBy(script: string): { held: HeldStub; said: string[] } {
  const said: string[] = [];
  const held = new HeldStub({
    command: [process.execPath, "-e", script],
    say: (text, level) => said.push(`${level ?? "INFO"} ${text}`),
  });
  return { held, said };
}

const HOLD = `console.log("a plan"); console.log("${HELD}"); process.stdin.resume();`;

it("is taken back by the end, which waits for it", async () => {
  const { held, said } = heldBy(HOLD);
  expect(await held.start()).toBe(true);
  expect(said).toEqual([]);
  await held.stop();
  expect(said).toEqual(["INFO This machine's resolver is as it was"]);
  await held.stop();
  expect(said).toHaveLength(1);
});

it("is not set up where that cannot be, and says why", async () => {
  const { held, said } = heldBy(`console.error("Cannot install: no\\n"); process.exitCode = 1;`);
  expect(await held.start()).toBe(false);
  await held.stop();
  expect(said).toEqual(["WARN Cannot set this machine's resolver up: Cannot install: no"]);
});

it("says that sudo is missing, where it is", async () => {
  const said: string[] = [];
  const held = new HeldStub({ command: ["/no/such/sudo"], say: (text) => said.push(text) });
  expect(await held.start()).toBe(false);
  expect(said).toEqual([
    "Cannot set this machine's resolver up: sudo is not installed: start it as root",
  ]);
});

it("says what could not be put back", async () => {
  const { held, said } = heldBy(
    `${HOLD} process.stdin.on("end", () => { console.error("Cannot put back /x: changed"); process.exitCode = 2; });`,
  );
  await held.start();
  await held.stop();
  expect(said).toEqual([
    'WARN Cannot put this machine\'s resolver back: Cannot put back /x: changed; see "portolan stub status"',
  ]);
});

it("says when it has been taken back before the end", async () => {
  const { held, said } = heldBy(`${HOLD} console.log("All is as before"); process.exit(0);`);
  await held.start();
  await until(() => said.length > 0);
  expect(said).toEqual([
    "WARN The process that had this machine's resolver set up has ended: All is as before",
  ]);
});
