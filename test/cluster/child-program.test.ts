import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ChildProgram } from "./child-program.ts";

const MODULE = JSON.stringify(import.meta.resolve("./child-program.ts"));
/** A process that starts another one and says which. */
const PARENT = `
  const { ChildProgram } = await import(${MODULE});
  const child = await ChildProgram.start({ name: "sleep", path: "sleep", args: ["1000"] });
  await child.freeze();
  console.log("child " + child.pid + ".");
`;

function start(path: string, ...args: string[]): Promise<ChildProgram> {
  return ChildProgram.start({ name: path, path, args });
}

/** Neither there nor a zombie that waits for its parent. */
function isGone(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return true;
  return /^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

it("a program does not outlive the process that started it, even if that is killed", async () => {
  const parent = await start(process.execPath, "--input-type=module", "-e", PARENT);
  const match = await parent.until(
    "says its child",
    () => Promise.resolve(/child (\d+)\./.exec(parent.output) ?? undefined),
    10_000,
  );
  const pid = Number(match[1]);
  expect(isGone(pid)).toBe(false);
  await parent.stop("SIGKILL");
  await expect.poll(() => isGone(pid), { timeout: 10_000 }).toBe(true);
});

it("a program that ends early is told of with its last words", async () => {
  const program = await start("sh", "-c", "echo first; echo no such port >&2; exit 3");
  const never = program.until("is ready", () => Promise.resolve(undefined), 10_000);
  await expect(never).rejects.toThrow(
    /Cannot wait until "sh" is ready: it ended\n[^]*no such port/,
  );
  expect(program.exitCode).toBe(3);
});

it("a program that is not there cannot be started", async () => {
  await expect(start("/no/such/program")).rejects.toThrow('Cannot start "/no/such/program"');
});

it("a frozen program is stopped all the same", async () => {
  const program = await start("sleep", "1000");
  await program.freeze();
  await program.stop();
  expect(program.isRunning).toBe(false);
});
