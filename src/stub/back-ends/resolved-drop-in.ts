import type { BackEnd } from "../back-end.ts";
import { MARK } from "../back-end.ts";
import { writtenServer } from "../setting.ts";
import { RESTART, SEARCH_NOTE, domainWords, whyNotResolved } from "./resolved.ts";

/**
 * A global server. `Domains=` sends the zones to it, but keeps nothing from it: what no zone fits goes to the links'
 * servers and to the global ones at once (systemd-resolved.service(8), "Protocols and routing"), and before systemd 257
 * whoever answers first is believed. So there have to be servers of links, and none besides ours that are global. A link
 * of our own would keep other names away, but 252 of Debian reaches no loopback address by it.
 */
export const RESOLVED_DROP_IN: BackEnd = {
  name: "resolved-drop-in",
  title: "systemd-resolved, by a drop-in",
  async objection(system) {
    return (
      (await whyNotResolved(system)) ??
      whyNotBeside((await system.run(["resolvectl", "dns"])).stdout)
    );
  },
  async plan(_system, { server, zones, search }) {
    const lines = [
      `# ${MARK}`,
      "[Resolve]",
      `DNS=${writtenServer(server)}`,
      `Domains=${domainWords(zones, search).join(" ")}`,
    ];
    const path = "/etc/systemd/resolved.conf.d/portolan.conf";
    return {
      files: [{ path, content: `${lines.join("\n")}\n` }],
      apply: [RESTART],
      undoFirst: [],
      undo: [RESTART],
      notes: [
        "A global server of systemd-resolved is asked for names outside of the zones as well, beside those of the links: Portolan must answer them as the world does, by forward, or refuse them. systemd 258 and newer sends the zones only.",
        ...(search.length > 0 ? [SEARCH_NOTE] : []),
      ],
    };
  },
};

/** @param servers what `resolvectl dns` says: "Global: 192.0.2.1", "Link 2 (eth0): 192.0.2.1" */
function whyNotBeside(servers: string): string | undefined {
  if (/^Global: *[\da-f]/m.test(servers)) {
    return "systemd-resolved has global servers, which ours would take questions from";
  }
  if (/^Link .*: *[\da-f.:]+/m.test(servers)) return undefined;
  return "systemd-resolved knows no server of a link, so that ours would be asked for all names";
}
