import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../../package.json" with { type: "json" };
import { ARCHITECTURES } from "./architectures.ts";
import { makeImage } from "./image.ts";
import type { About } from "./image-config.ts";

const ROOT = join(import.meta.dirname, "../..");
const USAGE = `Usage: npm run image -- [flags]

Makes an OCI image layout of what is in the checkout, for linux/amd64 and linux/arm64.

  --output FOLDER       where it comes to lie (out/image)
  --name NAME           what it is called (portolan:${manifest.version})
  --architecture NAME   amd64 or arm64 alone
  --base FOLDER         an OCI layout to start from, with glibc and libstdc++ (Debian's packages, by mmdebstrap)
  --debian FOLDER       takes Debian's packages as they are kept there by a run before; fresh ones otherwise
  --node-cache          for nodes: starts as node-cache, as root, with Debian's iptables
  --source URL          where people find its source, for the label
`;

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" }).trim();
}

/** Git knows the commit and its time; where there is no git, the two variables do. */
function about(source: string | undefined): About {
  const { SOURCE_DATE_EPOCH, PORTOLAN_COMMIT } = process.env;
  const { version, description, license } = manifest;
  try {
    const epochSeconds = Number(SOURCE_DATE_EPOCH ?? git("log", "-1", "--format=%ct"));
    const revision = PORTOLAN_COMMIT ?? git("rev-parse", "HEAD");
    if (!Number.isSafeInteger(epochSeconds))
      throw new Error(`SOURCE_DATE_EPOCH is no number of seconds: "${SOURCE_DATE_EPOCH}"`);
    return { version, description, licenses: license, source, revision, epochSeconds };
  } catch (cause) {
    const why = `${(cause as Error).message.trim()} (without git, set SOURCE_DATE_EPOCH and PORTOLAN_COMMIT)`;
    throw new Error(`Cannot tell the commit and its time: ${why}`, { cause });
  }
}

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      output: { type: "string", default: join(ROOT, "out/image") },
      name: { type: "string", default: `portolan:${manifest.version}` },
      architecture: { type: "string" },
      base: { type: "string" },
      debian: { type: "string" },
      "node-cache": { type: "boolean", default: false },
      source: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const wanted = ARCHITECTURES.filter(({ name }) => name === (values.architecture ?? name));
  if (wanted.length === 0)
    throw new Error(`Unknown architecture "${values.architecture}": amd64 and arm64 are known`);
  const output = resolve(values.output);
  mkdirSync(dirname(output), { recursive: true });
  const { name, base, debian } = values;
  if (values["node-cache"] && base !== undefined)
    throw new Error("Cannot make the image: --node-cache takes Debian's packages, so leave --base out");
  const made = await makeImage({
    architectures: wanted,
    output,
    base,
    debian,
    name,
    about: about(values.source),
    isForNodes: values["node-cache"],
  });
  for (const { of, size, digest } of made.layers) {
    process.stdout.write(`${of.padEnd(16)} ${(size / 1e6).toFixed(1).padStart(5)} MB  ${digest}\n`);
  }
  process.stdout.write(`${name} in ${output}\n${made.digest}\n`);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
