import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findGo } from "./go-module.ts";

/**
 * A file of a Go module, from Go's cache or else downloaded into it: definitions that others publish
 * need no copy here.
 * @param module `example.org/module@v1.2.3`; Go compares its sum with that of everybody else
 */
export function readModuleFile(module: string, path: string): string {
  const go = findGo();
  if (go === undefined) throw new Error(`Cannot download "${module}": no Go`);
  const args = ["mod", "download", "-json", module];
  const said = execFileSync(go, args, { encoding: "utf8" });
  return readFileSync(join((JSON.parse(said) as { Dir: string }).Dir, path), "utf8");
}
