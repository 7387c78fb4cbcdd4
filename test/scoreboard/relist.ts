import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ROOT } from "../run-portolan.ts";
import type { Effort } from "./figure.ts";

export interface RelistFigures {
  readonly beforeOctets: number;
  readonly peakOctets: number;
  readonly note: string;
}

const MEBIOCTET = 2 ** 20;

/**
 * Lets `npm run bench:scale` measure what reading everything anew costs.
 * @returns undefined where it cannot: it needs a kube-apiserver
 */
export async function measureRelist(
  server: string,
  { isFull }: Effort,
): Promise<RelistFigures | undefined> {
  const services = isFull ? 10_000 : 2_000;
  const args = ["--only", "relist", "--relists", "2", "--services", `${services}`];
  const child = spawn(
    process.execPath,
    [join(ROOT, "test/bench/scale/main.ts"), ...args, "--servers", server],
    { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.resume();
  await once(child, "close");
  return readRelists(output, services);
}

/** The worst of the table that it prints: `| portolan, relist 1 | 100 MiB | 120 MiB | 20 % | ...`. */
export function readRelists(output: string, services: number): RelistFigures | undefined {
  const rows = [...output.matchAll(/relist \d+ *\| +(\d+) MiB \| +(\d+) MiB/g)];
  const figures = rows.map(([, before, peak]) => [Number(before), Number(peak)] as const);
  const [worst] = figures.toSorted(([a, b], [c, d]) => d / c - b / a);
  if (!worst) return undefined;
  return {
    beforeOctets: worst[0] * MEBIOCTET,
    peakOctets: worst[1] * MEBIOCTET,
    note: `relist of ${services} Services and as many slices: ${worst[0]} to ${worst[1]} MiB`,
  };
}
