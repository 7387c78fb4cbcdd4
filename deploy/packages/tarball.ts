import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipFile } from "./gzip-file.ts";
import { runTool } from "./run-tool.ts";
import { settleTree } from "./settle-tree.ts";

const ROOT = join(import.meta.dirname, "../..");

/**
 * Packs the program's tree and what goes elsewhere: a unit and a Corefile.
 * @param folder `.../portolan-0.1.0-linux-x64`, as it unpacks; it is left as it is in the tarball
 * @returns the tarball's name
 */
export async function makeTarball(
  tree: string,
  folder: string,
  { output, epochSeconds }: { output: string; epochSeconds: number },
): Promise<string> {
  cpSync(tree, folder, { recursive: true });
  for (const file of ["LICENSE", "README.md"]) copyFileSync(join(ROOT, file), join(folder, file));
  copyFileSync(join(import.meta.dirname, "Corefile"), join(folder, "Corefile"));
  mkdirSync(join(folder, "systemd"));
  // Whoever has no package of the system's puts it into /usr/local.
  const unit = readFileSync(join(ROOT, "deploy/systemd/portolan.service"), "utf8");
  writeFileSync(join(folder, "systemd/portolan.service"), unit.replaceAll("/usr/", "/usr/local/"));
  settleTree(folder, epochSeconds);
  const tar = `${folder}.tar`;
  const owner = ["--owner=0", "--group=0", "--numeric-owner"];
  const order = ["--sort=name", "--format=ustar", `--mtime=@${epochSeconds}`];
  runTool("tar", ["-C", dirname(folder), ...owner, ...order, "-cf", tar, basename(folder)], {
    env: { ...process.env, LC_ALL: "C" },
  });
  const name = `${basename(tar)}.gz`;
  await gzipFile(tar, join(output, name));
  rmSync(tar);
  return name;
}
