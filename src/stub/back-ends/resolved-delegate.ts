import type { BackEnd } from "../back-end.ts";
import { MARK } from "../back-end.ts";
import { writtenServer } from "../setting.ts";
import { RESTART, SEARCH_NOTE, domainWords, resolvedVersion, whyNotResolved } from "./resolved.ts";

/** The first version of systemd that reads such files. */
const FIRST = 258;

/** A scope of its own, for these zones and nothing else: systemd.dns-delegate(5). */
export const RESOLVED_DELEGATE: BackEnd = {
  name: "resolved-delegate",
  title: "systemd-resolved, by a delegate of its own",
  async objection(system) {
    const reason = await whyNotResolved(system);
    if (reason !== undefined) return reason;
    const version = await resolvedVersion(system);
    return version >= FIRST ? undefined : `systemd is ${version}, delegates came with ${FIRST}`;
  },
  async plan(_system, { server, zones, search }) {
    const lines = [
      `# ${MARK}`,
      "[Delegate]",
      `DNS=${writtenServer(server)}`,
      `Domains=${domainWords(zones, search).join(" ")}`,
      "DefaultRoute=no",
    ];
    const path = "/etc/systemd/dns-delegate.d/portolan.dns-delegate";
    return {
      files: [{ path, content: `${lines.join("\n")}\n` }],
      apply: [RESTART],
      undoFirst: [],
      undo: [RESTART],
      notes: search.length > 0 ? [SEARCH_NOTE] : [],
    };
  },
};
