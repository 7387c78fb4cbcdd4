import type { BackEnd } from "../back-end.ts";
import { MARK } from "../back-end.ts";
import { writtenServer } from "../setting.ts";
import { RESTART, SEARCH_NOTE, domainWords, whyNotResolved } from "./resolved.ts";

/**
 * A global server. `Domains=` sends the zones to it, but keeps nothing from it: what no zone fits goes to the links'
 * servers and to the global ones at once (systemd-resolved.service(8), "Protocols and routing"), and before systemd 257
 * whoever answers first is believed. That is seen to happen with 252 of Debian, so that it has to be asked for.
 */
export const RESOLVED_DROP_IN: BackEnd = {
  name: "resolved-drop-in",
  title: "systemd-resolved, by a drop-in",
  isOnlyNamed: true,
  objection: whyNotResolved,
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
        "A global server of systemd-resolved is asked for names outside of the zones as well, beside those of the links: Portolan has to forward them. resolved-link and resolved-delegate send the zones only.",
        ...(search.length > 0 ? [SEARCH_NOTE] : []),
      ],
    };
  },
};
