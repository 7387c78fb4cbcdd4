import type { BackEnd, Command, PlannedFile } from "../back-end.ts";
import { MARK } from "../back-end.ts";
import type { StubSetting } from "../setting.ts";
import { writtenServer } from "../setting.ts";
import { hasFile } from "../system-files.ts";
import { SEARCH_NOTE, domainWords, whyNotResolved } from "./resolved.ts";

const LINK = "portolan0";
const UNIT = "portolan-stub.service";
/** A link without an address has no servers; nothing is ever sent by this one (RFC 3927). */
const ADDRESS = "169.254.53.53/32";

/**
 * A link that leads nowhere, whose servers are asked for its zones only: the way of VPNs, on every systemd-resolved.
 * Where systemd runs, a unit makes the link again after a reboot, and whenever systemd-resolved starts.
 */
export const RESOLVED_LINK: BackEnd = {
  name: "resolved-link",
  title: "systemd-resolved, by a link of its own",
  objection: whyNotResolved,
  async plan(system, setting) {
    const hasUnits = hasFile(system, "/run/systemd/system");
    const notes = setting.search.length > 0 ? [SEARCH_NOTE] : [];
    const reload = { argv: ["systemctl", "daemon-reload"] };
    const remove = {
      argv: ["ip", "link", "delete", LINK],
      onlyIf: `/sys/class/net/${LINK}`,
    };
    if (hasUnits) {
      return {
        files: unitFiles(setting),
        apply: [reload, { argv: ["systemctl", "start", UNIT] }],
        undoFirst: [{ argv: ["systemctl", "stop", UNIT], mayFail: true }, remove],
        undo: [reload],
        notes,
      };
    }
    const apply = commandsOf(setting).map((argv): Command => ({ argv }));
    const lasts = "systemd does not run here, so that the link lasts until the next reboot.";
    return { files: [], apply, undoFirst: [remove], undo: [], notes: [lasts, ...notes] };
  },
};

/**
 * Each can be done again. Names of the cluster are signed by nobody, and our end speaks no TLS: what the system wants
 * of other servers is not wanted of this one.
 */
function commandsOf({ server, zones, search }: StubSetting): string[][] {
  return [
    ["ip", "link", "add", LINK, "type", "dummy"],
    ["ip", "address", "replace", ADDRESS, "dev", LINK, "scope", "link"],
    ["ip", "link", "set", LINK, "up"],
    ["resolvectl", "llmnr", LINK, "no"],
    ["resolvectl", "mdns", LINK, "no"],
    ["resolvectl", "dnssec", LINK, "no"],
    ["resolvectl", "dnsovertls", LINK, "no"],
    ["resolvectl", "default-route", LINK, "no"],
    ["resolvectl", "domain", LINK, ...domainWords(zones, search)],
    ["resolvectl", "dns", LINK, writtenServer(server)],
  ];
}

function unitFiles(setting: StubSetting): PlannedFile[] {
  const [add = [], ...rest] = commandsOf(setting);
  const unit = [
    `# ${MARK}`,
    "[Unit]",
    "Description=The link by which systemd-resolved asks Portolan",
    "After=systemd-resolved.service",
    "PartOf=systemd-resolved.service",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    // It may be there from before.
    `ExecStart=-${add.join(" ")}`,
    ...rest.map((argv) => `ExecStart=${argv.join(" ")}`),
    `ExecStop=-ip link delete ${LINK}`,
  ];
  // It wants the unit, and goes on without it.
  const wants = [`# ${MARK}`, "[Unit]", `Wants=${UNIT}`];
  return [
    { path: `/etc/systemd/system/${UNIT}`, content: `${unit.join("\n")}\n` },
    {
      path: "/etc/systemd/system/systemd-resolved.service.d/portolan.conf",
      content: `${wants.join("\n")}\n`,
    },
  ];
}
