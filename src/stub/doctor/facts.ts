import type { Journal } from "../journal.ts";
import { readJournal } from "../journal.ts";
import { hostSources, isMusl, nameserversOf } from "../name-service.ts";
import type { Outcome, Questions } from "../questions.ts";
import type { StubSetting } from "../setting.ts";
import { probeName } from "../status.ts";
import { hasFile, readText } from "../system-files.ts";
import type { System } from "../system.ts";
import type { FileState } from "../uninstall.ts";
import { stateOf } from "../uninstall.ts";

/** All that the rules of `doctor` look at. */
export interface Facts {
  readonly platform: string;
  readonly isMusl: boolean;
  readonly hostSources: readonly string[];
  readonly nameservers: readonly string[];
  readonly hosts: string;
  readonly journal: Journal | undefined;
  /** Why there is none. */
  readonly journalFault: string | undefined;
  readonly files: readonly { readonly path: string; readonly state: FileState }[];
  readonly setting: StubSetting;
  /** The name that was asked for. */
  readonly name: string;
  readonly ofServer: Outcome;
  readonly ofProgram: Outcome;
  /** Words of `hostSources` that know the name if they are asked alone; undefined if nobody had to ask, or could. */
  readonly foundAlone: readonly string[] | undefined;
  /** The same name, as the search list has to complete it; undefined if there is none. */
  readonly short: { readonly name: string; readonly ofProgram: Outcome } | undefined;
  /** Links that look like those of VPNs. */
  readonly tunnels: readonly string[];
  /** Local addresses at which somebody has UDP port 53. */
  readonly port53: readonly string[];
  /** What systemd-resolved wants of global servers: "dnssec", "dnsovertls". */
  readonly resolvedWants: readonly string[];
}

/** @param name to ask for; without it, one that every cluster has */
export async function gatherFacts(
  system: System,
  questions: Questions,
  unset: StubSetting,
  name: string | undefined,
): Promise<Facts> {
  const { journal, journalFault } = lookUp(system);
  const setting = journal?.setting ?? unset;
  const asked = name ?? probeName({ setting });
  const short = shortened(asked, setting);
  const ofServer = await questions.server(setting.server, asked);
  const ofProgram = await questions.program(asked);
  const sources = hostSources(system);
  const isLost = ofServer.addresses.length > 0 && ofProgram.addresses.length === 0;
  return {
    platform: system.platform,
    isMusl: isMusl(system),
    hostSources: sources,
    foundAlone: isLost ? await finders(system, sources, asked) : undefined,
    nameservers: nameserversOf(system),
    hosts: readText(system, "/etc/hosts"),
    journal,
    journalFault,
    files: (journal?.files ?? []).map((file) => {
      return { path: file.path, state: stateOf(system, file) };
    }),
    setting,
    name: asked,
    ofServer,
    ofProgram,
    short:
      short === undefined ? undefined : { name: short, ofProgram: await questions.program(short) },
    tunnels: tunnelsOf(system),
    port53: takenAddresses(system),
    resolvedWants: await wantsOfResolved(system),
  };
}

function lookUp(system: System): Pick<Facts, "journal" | "journalFault"> {
  try {
    return { journal: readJournal(system), journalFault: undefined };
  } catch (error) {
    return { journal: undefined, journalFault: (error as Error).message };
  }
}

/** @returns undefined where the C library has no such program */
async function finders(
  system: System,
  sources: readonly string[],
  name: string,
): Promise<string[] | undefined> {
  if (system.platform !== "linux" || isMusl(system)) return undefined;
  const found: string[] = [];
  for (const source of sources.filter((word) => /^\w+$/.test(word))) {
    const { code, stdout } = await system.run(["getent", "-s", source, "ahosts", name]);
    if (code === 127) return undefined;
    if (code === 0 && stdout !== "") found.push(source);
  }
  return found;
}

function shortened(name: string, { search }: StubSetting): string | undefined {
  const suffix = search.find((domain) => name.endsWith(`.${domain}`));
  return suffix === undefined ? undefined : name.slice(0, -suffix.length - 1);
}

function tunnelsOf(system: System): string[] {
  const table = readText(system, "/proc/net/dev");
  const names = [...table.matchAll(/^\s*([^\s:]+):/gm)].map(([, name = ""]) => name);
  return names.filter((name) => /^(?:tun|tap|wg|ppp|utun|tailscale|nordlynx|proton)/.test(name));
}

/** Of /proc/net/udp: "3500007F:0035" is 127.0.0.53, port 53. */
function takenAddresses(system: System): string[] {
  const table = readText(system, "/proc/net/udp");
  return [...table.matchAll(/^\s*\d+: ([\dA-F]{8}):0035 /gm)].map(([, hex = ""]) => {
    return Buffer.from(hex, "hex").toReversed().join(".");
  });
}

async function wantsOfResolved(system: System): Promise<string[]> {
  if (!hasFile(system, "/run/systemd/resolve")) return [];
  const wants: string[] = [];
  for (const word of ["dnssec", "dnsovertls"]) {
    const { stdout } = await system.run(["resolvectl", word]);
    if (/^Global: yes$/m.test(stdout)) wants.push(word);
  }
  return wants;
}
