import { parseArgs } from "node:util";
import { describeSoak, objectionsTo } from "./report.ts";
import { soak } from "./soak.ts";

const USAGE = `npm run soak -- [--minutes N] [--qps N] [--pace N] [--seed N]
  --minutes N  how long (10)
  --qps N      queries a second (200)
  --pace N     how much faster than usual things happen (1)
  --seed N     what happens when (1)`;

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new TypeError(`Cannot read "${text}": want a number above 0\n${USAGE}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      qps: { type: "string", default: "200" },
      pace: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const report = await soak({
    seconds: positive(values.minutes) * 60,
    queriesPerSecond: positive(values.qps),
    pace: positive(values.pace),
    seed: positive(values.seed),
  });
  console.log(describeSoak(report));
  const objections = objectionsTo(report);
  if (objections.length === 0) return;
  console.log(`\nNot as it should be:\n${objections.join("\n")}`);
  process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
}
