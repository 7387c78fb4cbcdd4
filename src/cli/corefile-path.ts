import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Corefile, Reading } from "../corefile/corefile.ts";
import type { PluginDefinition } from "../corefile/plugin-definition.ts";
import { parseCorefile, readCorefile } from "../corefile/corefile.ts";
import { createHash } from "node:crypto";

/** CoreDNS's word for it. */
export const STDIN = "stdin";

/** The example of this program: two folders up, from the source as from a build. */
function examplePath(): string {
  return fileURLToPath(new URL("../../Corefile.example", import.meta.url));
}

/** Which Corefile `-conf` means: FILE, else ./Corefile, else the example. */
export function findCorefile(conf: string | undefined): string {
  if (conf !== undefined) return conf === "-" ? STDIN : conf;
  return existsSync("Corefile") ? "Corefile" : examplePath();
}

/** A function that reads the Corefile each time it is called; standard input is read once. */
export function corefileLoader(conf: string | undefined): (reading?: Reading) => Corefile {
  const path = findCorefile(conf);
  if (path !== STDIN) return (reading) => readCorefile(path, reading);
  const text = readFileSync(0, "utf8");
  const digest = createHash("sha512").update(text).digest("hex");
  return ({ faults, texts } = {}) => {
    texts?.set(STDIN, text);
    const plugins: PluginDefinition[] = [];
    const blocks = parseCorefile(text, STDIN, { faults, plugins });
    return { blocks, plugins, files: [], digest };
  };
}
