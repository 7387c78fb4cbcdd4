import type { BackEnd, PlannedFile } from "../back-end.ts";
import { MARK } from "../back-end.ts";
import { RESOLV_CONF } from "../name-service.ts";
import { hasFile, readText } from "../system-files.ts";
import type { System } from "../system.ts";

const FOLDER = "/etc/NetworkManager";

/** dnsmasq as NetworkManager runs it: one line a zone, with a port. */
export const NETWORK_MANAGER: BackEnd = {
  name: "networkmanager",
  title: "NetworkManager, by its dnsmasq",
  async objection(system) {
    if (system.platform !== "linux") return "this is no Linux";
    if (!hasFile(system, "/run/NetworkManager")) return "NetworkManager does not run";
    if (!readText(system, RESOLV_CONF).includes("NetworkManager")) {
      return "NetworkManager runs, but does not write /etc/resolv.conf";
    }
    if (hasFile(system, "/usr/sbin/dnsmasq")) return undefined;
    return "NetworkManager has no dnsmasq; the package dnsmasq-base brings it";
  },
  async plan(system, { server, zones, search }) {
    const to = `${server.address}#${server.port}`;
    const lines = zones.map((zone) => `server=/${zone}/${to}`);
    const files: PlannedFile[] = [
      {
        path: `${FOLDER}/dnsmasq.d/portolan.conf`,
        content: [`# ${MARK}`, ...lines, ""].join("\n"),
      },
    ];
    if (!usesDnsmasq(system)) {
      const content = `# ${MARK}\n[main]\ndns=dnsmasq\n`;
      files.push({ path: `${FOLDER}/conf.d/portolan.conf`, content });
    }
    const commands = [
      { argv: ["nmcli", "general", "reload", "conf"] },
      { argv: ["nmcli", "general", "reload", "dns-full"] },
    ];
    const notes =
      search.length > 0 ? [`The search list needs a connection: ${howToSearch(search)}`] : [];
    return { files, apply: commands, undoFirst: [], undo: commands, notes };
  },
};

/**
 * A search domain is the zone of a connection's servers too, which would take our names: dnsmasq sends them to whoever has
 * the longer zone. The loopback link has no servers.
 */
export function howToSearch(search: readonly string[]): string {
  return `nmcli connection add type loopback ifname lo con-name portolan-search ipv4.dns-search ${search.join(",")} (NetworkManager 1.42 and newer); nmcli connection delete portolan-search takes it back`;
}

function usesDnsmasq(system: System): boolean {
  const own = readText(system, `${FOLDER}/NetworkManager.conf`);
  return /^\s*dns\s*=\s*dnsmasq\s*$/m.test(own);
}
