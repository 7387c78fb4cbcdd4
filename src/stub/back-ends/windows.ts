import type { BackEnd } from "../back-end.ts";
import { needsPort53 } from "../back-end.ts";

const COMMENT = "portolan stub";

/** Rules of the Name Resolution Policy Table; they outlive a reboot. */
export const WINDOWS: BackEnd = {
  name: "windows",
  title: "Windows, by its Name Resolution Policy Table",
  isPort53Only: true,
  objection: async ({ platform }) => (platform === "win32" ? undefined : "this is no Windows"),
  async plan(_system, setting) {
    needsPort53(setting, "Windows");
    const { server, zones, search } = setting;
    const add = zones.map((zone) => {
      // With a dot in front it is the zone and all below.
      return powershell(
        `Add-DnsClientNrptRule -Namespace '.${zone}' -NameServers '${server.address}' -Comment '${COMMENT}'`,
      );
    });
    const remove = powershell(
      `Get-DnsClientNrptRule | Where-Object Comment -eq '${COMMENT}' | Remove-DnsClientNrptRule -Force`,
    );
    const flush = { ...powershell("Clear-DnsClientCache"), mayFail: true };
    const notes = search.map((domain) => {
      return `The search list is all of the machine's: Set-DnsClientGlobalSetting -SuffixSearchList @('${domain}')`;
    });
    return { files: [], apply: [...add, flush], undoFirst: [remove], undo: [flush], notes };
  },
};

function powershell(script: string): { argv: string[] } {
  return { argv: ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", script] };
}
