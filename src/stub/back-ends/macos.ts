import type { BackEnd } from "../back-end.ts";
import { MARK } from "../back-end.ts";

/** A file a zone, named after it: resolver(5). */
export const MACOS: BackEnd = {
  name: "macos",
  title: "macOS, by /etc/resolver",
  objection: async ({ platform }) => (platform === "darwin" ? undefined : "this is no macOS"),
  async plan(_system, { server, zones, search }) {
    const lines = [`# ${MARK}`, `nameserver ${server.address}`, `port ${server.port}`, ""];
    const files = zones.map((zone) => ({
      path: `/etc/resolver/${zone}`,
      content: lines.join("\n"),
    }));
    const commands = [
      { argv: ["dscacheutil", "-flushcache"], mayFail: true },
      { argv: ["killall", "-HUP", "mDNSResponder"], mayFail: true },
    ];
    const notes = search.map((domain) => {
      return `The search list is a network service's matter: networksetup -setsearchdomains Wi-Fi ${domain}`;
    });
    if (server.address.startsWith("127.") && server.address !== "127.0.0.1") {
      notes.push(
        `macOS has only 127.0.0.1 from the start: sudo ifconfig lo0 alias ${server.address}`,
      );
    }
    return { files, apply: commands, undoFirst: [], undo: commands, notes };
  },
};
