import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { findOwnNode, ownNodePackage } from "./find-own-node.ts";
import { OLDEST_NODE, isRecentNode } from "./oldest-node.ts";
import { runOn } from "./run-on.ts";

/** What `npm start` says, too: see heap.ts. */
const HEAP_FLAGS = ["--max-semi-space-size=4", "--initial-old-space-size=48"];

/**
 * The command `portolan` of the npm package. It is built for any Node, and runs the program in this process if that
 * is recent enough, else on the Node that was installed beside it.
 */
function launch(): void {
  const here = realpathSync(process.argv[1] as string);
  const main = join(dirname(here), "main.js");
  const { node: version } = process.versions;
  if (isRecentNode(version)) {
    void import(pathToFileURL(main).href);
    return;
  }
  const platform = `${process.platform}-${process.arch}`;
  const node = findOwnNode(here, platform);
  // It may be there and yet not run: on musl, or where files are not executed.
  if (node !== undefined && spawnSync(node, ["--version"]).status === 0) {
    runOn(node, [...HEAP_FLAGS, main, ...process.argv.slice(2)]);
    return;
  }
  process.stderr.write(
    `Cannot run on Node ${version}: ${OLDEST_NODE} or newer is needed; ${missing(node, platform)}\n`,
  );
  process.exitCode = 1;
}

function missing(node: string | undefined, platform: string): string {
  if (node !== undefined) return `"${node}", which was installed with it, does not run here`;
  const name = ownNodePackage(platform);
  if (name === undefined) return `for ${platform} there is none to install with it`;
  return `the package "${name}", which brings one, is not installed`;
}

launch();
