import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../../package.json" with { type: "json" };
import { makeProgramTree } from "./program-tree.ts";
import { runTool } from "./run-tool.ts";
import { settleTree } from "./settle-tree.ts";
import { makeSystemPackage } from "./system-package.ts";
import { makeTarball } from "./tarball.ts";
import type { Target } from "./targets.ts";
import { TARGETS } from "./targets.ts";

const ROOT = join(import.meta.dirname, "../..");
const USAGE = `Usage: npm run package -- [flags]

Makes a package for npm, and a tarball, a deb and an rpm, each with its own Node, for x64 and arm64; and the sums of all.

  --output FOLDER   where they come to lie (out/packages)
  --cpu NAME        x64 or arm64 alone
  --format NAME     npm, tarball, deb or rpm alone; may be given more than once
`;
const FORMATS: readonly string[] = ["npm", "tarball", "deb", "rpm"];

/** Of the commit, so that the same commit makes the same files; without git, SOURCE_DATE_EPOCH says it. */
function commitTimeSeconds(): number {
  const { SOURCE_DATE_EPOCH } = process.env;
  const args = ["log", "-1", "--format=%ct"];
  const seconds = Number(SOURCE_DATE_EPOCH ?? execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }));
  if (Number.isSafeInteger(seconds)) return seconds;
  throw new Error(`Cannot tell the time of the commit: SOURCE_DATE_EPOCH is "${SOURCE_DATE_EPOCH}"`);
}

/** @returns their names */
async function makePackages(
  target: Target,
  { formats, output, epochSeconds }: { formats: readonly string[]; output: string; epochSeconds: number },
): Promise<string[]> {
  const scratch = mkdtempSync(join(tmpdir(), "portolan-packages-"));
  try {
    const tree = join(scratch, "tree");
    await makeProgramTree(tree, target);
    settleTree(tree, epochSeconds);
    const folder = join(scratch, `portolan-${manifest.version}-linux-${target.cpu}`);
    const options = { target, scratch, output, epochSeconds };
    const names = formats.includes("tarball") ? [await makeTarball(tree, folder, options)] : [];
    for (const format of ["deb", "rpm"] as const) {
      if (formats.includes(format)) names.push(makeSystemPackage(format, tree, options));
    }
    return names;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** In the form that `sha256sum -c` reads. */
function writeSums(output: string, names: readonly string[]): void {
  for (const algorithm of ["sha256", "sha512"]) {
    const lines = names.toSorted().map((name) => {
      const digest = createHash(algorithm).update(readFileSync(join(output, name)));
      return `${digest.digest("hex")}  ${name}\n`;
    });
    writeFileSync(join(output, `${algorithm.toUpperCase()}SUMS`), lines.join(""));
  }
}

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      output: { type: "string", default: join(ROOT, "out/packages") },
      cpu: { type: "string" },
      format: { type: "string", multiple: true, default: [...FORMATS] },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const wanted = TARGETS.filter(({ cpu }) => cpu === (values.cpu ?? cpu));
  if (wanted.length === 0) throw new Error(`Unknown machine "${values.cpu}": x64 and arm64 are known`);
  const { format: formats } = values;
  const unknown = formats.find((name) => !FORMATS.includes(name));
  if (unknown !== undefined)
    throw new Error(`Unknown format "${unknown}": ${FORMATS.join(", ")} are known`);
  const output = resolve(values.output);
  mkdirSync(output, { recursive: true });
  const options = { formats, output, epochSeconds: commitTimeSeconds() };
  const names: string[] = [];
  if (formats.includes("npm")) {
    runTool("npm", ["pack", "--pack-destination", output], { cwd: ROOT });
    names.push(`portolan-${manifest.version}.tgz`);
  }
  if (formats.some((name) => name !== "npm")) {
    for (const target of wanted) names.push(...(await makePackages(target, options)));
  }
  writeSums(output, names);
  for (const name of names) {
    const megabytes = statSync(join(output, name)).size / 1e6;
    process.stdout.write(`${megabytes.toFixed(1).padStart(6)} MB  ${join(output, name)}\n`);
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
