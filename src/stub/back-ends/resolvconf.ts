import type { BackEnd, Plan } from "../back-end.ts";
import { MARK, needsPort53 } from "../back-end.ts";
import type { StubSetting } from "../setting.ts";
import { hasFile, readText } from "../system-files.ts";
import type { System } from "../system.ts";
import { notesOfFirstServer } from "./prepended-server.ts";

const HEAD = "/etc/resolvconf/resolv.conf.d/head";
const TAIL = "/etc/resolvconf/resolv.conf.d/tail";
const OPENRESOLV = "/etc/resolvconf.conf";
const UPDATE = { argv: ["resolvconf", "-u"] };

/** Debian's: what its file "head" has stands first in resolv.conf. */
export const RESOLVCONF: BackEnd = {
  name: "resolvconf",
  title: "resolvconf",
  isPort53Only: true,
  async objection(system) {
    if (system.platform !== "linux") return "this is no Linux";
    return hasFile(system, HEAD) ? undefined : "resolvconf is not installed";
  },
  async plan(system, setting) {
    const files = [
      { path: HEAD, content: behind(system, HEAD, [`nameserver ${setting.server.address}`]) },
    ];
    if (setting.search.length > 0) {
      const line = `search ${setting.search.join(" ")}`;
      files.push({ path: TAIL, content: behind(system, TAIL, [line]) });
    }
    const plan = planOf(system, setting, files);
    const notes = setting.search.map(
      (domain) => `"${domain}" replaces the search list of the network, as it is the last line.`,
    );
    return { ...plan, notes: [...plan.notes, ...notes.slice(0, 1)] };
  },
};

/** Another program of that name, which reads a file of the shell's variables. */
export const OPENRESOLV_BACK_END: BackEnd = {
  name: "openresolv",
  title: "openresolv",
  isPort53Only: true,
  async objection(system) {
    if (system.platform !== "linux") return "this is no Linux";
    return hasFile(system, OPENRESOLV) ? undefined : "openresolv is not installed";
  },
  async plan(system, setting) {
    const lines = [
      `name_servers="${setting.server.address}\${name_servers:+ $name_servers}"`,
      ...setting.search.map((domain) => {
        return `search_domains="${domain}\${search_domains:+ $search_domains}"`;
      }),
      // Beside a server of this machine it would leave all others out, and our end were everybody's outage.
      "resolv_conf_local_only=NO",
    ];
    const files = [{ path: OPENRESOLV, content: behind(system, OPENRESOLV, lines) }];
    return planOf(system, setting, files);
  },
};

function planOf(system: System, setting: StubSetting, files: Plan["files"]): Plan {
  needsPort53(setting, "resolvconf");
  return {
    files,
    apply: [UPDATE],
    undoFirst: [],
    undo: [UPDATE],
    notes: notesOfFirstServer(system, setting.server),
  };
}

function behind(system: System, path: string, lines: readonly string[]): string {
  const before = readText(system, path);
  const end = before === "" || before.endsWith("\n") ? "" : "\n";
  return `${before}${end}# ${MARK}\n${lines.join("\n")}\n`;
}
