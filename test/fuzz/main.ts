import { parseArgs } from "node:util";
import { describeReport, runFuzz } from "./run.ts";
import { targets } from "./targets.ts";

const USAGE = `npm run fuzz -- [target] [cases] [--seed N] [--first N]
  targets: ${targets.map(({ name, cases }) => `${name} (${cases})`).join(", ")}; all of them if none is named
  --seed N    another seed makes other cases (1)
  --first N   leaves out the cases before that one (0)`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string", default: "1" },
      first: { type: "string", default: "0" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [name, cases, ...rest] = positionals;
  const chosen = name === undefined ? targets : targets.filter((target) => target.name === name);
  if (values.help || chosen.length === 0 || rest.length > 0) throw new TypeError(USAGE);
  for (const target of chosen) {
    const options = {
      cases: wholeNumber(cases ?? String(target.cases)),
      seed: wholeNumber(values.seed),
      first: wholeNumber(values.first),
    };
    console.log(describeReport(await runFuzz(target, options)));
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new TypeError(`Cannot read "${text}": want a whole number\n${USAGE}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
}
