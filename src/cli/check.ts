import { plugins } from "../plugins/index.ts";
import { checkCorefile } from "../server/configuration.ts";
import { corefileLoader, findCorefile } from "./corefile-path.ts";
import type { Flags } from "./flags.ts";

/** Reads the Corefile and all its directives; opens nothing. */
export function check(flags: Flags): void {
  const corefile = corefileLoader(flags.conf)();
  checkCorefile(corefile, plugins);
  const { length } = corefile.blocks;
  process.stdout.write(
    `${findCorefile(flags.conf)}: ok, ${length} server block${length === 1 ? "" : "s"}\n`,
  );
}
