// What is started on the far side of the link: `portolan dev`, and one who asks it as a program would.
//
//   node on-the-laptop.ts PORTOLAN NAME
//
// KUBECONFIG says which cluster. It prints one line of JSON: a `LaptopStart`.
import { spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSecondsOfTree } from "../cpu-time.ts";

export interface LaptopStart {
  /** From the start of the process to the first answer. */
  readonly answerMs: number;
  /** From there to "Ready". */
  readonly readyMs: number;
  readonly cpuSeconds: number;
  /** What was said of the progress. */
  readonly said: readonly string[];
}

const PAUSE_MS = 50;
const TIMEOUT_MS = 120_000;

const [program = "", name = ""] = process.argv.slice(2);
const beganMs = performance.now();
const dev = spawn(process.execPath, [program, "dev"], { stdio: ["ignore", "pipe", "inherit"] });
let output = "";
dev.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (dev.exitCode !== null || performance.now() - beganMs > TIMEOUT_MS) {
      throw new Error(`Cannot see ${what}: ${output}`);
    }
    await sleep(PAUSE_MS);
  }
}

async function answerMs(): Promise<number> {
  const [, address = "", port = ""] = await until("where it serves", () =>
    Promise.resolve(/on (127\.[\d.]+) port (\d+);/.exec(output) ?? undefined),
  );
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  resolver.setServers([`${address}:${port}`]);
  await until("an answer", () => resolver.resolve4(name).catch(() => undefined));
  return performance.now() - beganMs;
}

async function readyMs(): Promise<number> {
  await until("that it is ready", () => Promise.resolve(/Ready after/.exec(output) ?? undefined));
  return performance.now() - beganMs;
}

try {
  const [answered, ready] = await Promise.all([answerMs(), readyMs()]);
  const start: LaptopStart = {
    answerMs: answered,
    readyMs: ready,
    cpuSeconds: cpuSecondsOfTree(dev.pid ?? 0),
    said: output.split("\n").filter((line) => line.includes("Reading the cluster")),
  };
  console.log(JSON.stringify(start));
} finally {
  dev.kill();
}
