import type { ConfigFiles } from "../corefile/config-files.ts";
import { parseCorefile } from "../corefile/corefile.ts";
import { pieces } from "../corefile/lexer.ts";
import { plugins } from "../plugins/index.ts";
import { pluginName } from "../server/plugin-order.ts";
import type { Machine, Seen } from "./rule.ts";

/** A machine with systemd-resolved, and some files. */
const FILES: Readonly<Record<string, string>> = {
  "/etc/resolv.conf": "nameserver 127.0.0.53\n",
  "/run/resolv.conf": "nameserver 192.0.2.53\n",
  "conf.d/a.conf": "errors\n",
};

const files: ConfigFiles = {
  readFile(path) {
    const text = FILES[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  },
  glob: (pattern) =>
    Object.keys(FILES).filter((path) => path.startsWith(pattern.split("*", 1)[0] ?? "")),
};

export const machine: Machine = {
  ...files,
  env: { PORT: "53", EMPTY: "" },
  addresses: ["127.0.0.1", "::1", "192.0.2.7"],
};

/** What is known of a Corefile, on that machine unless it is for another one. */
export function seenIn(text: string, on: Machine | undefined = machine): Seen {
  return {
    blocks: parseCorefile(text, "Corefile", { ...files, env: machine.env }),
    files: new Map([["Corefile", [...pieces(text, "Corefile")]]]),
    defaultPort: 53,
    plugins: new Set(plugins.map(pluginName)),
    machine: on,
  };
}
