import { NETWORK_MANAGER, howToSearch } from "../back-ends/network-manager.ts";
import { isAbandoned } from "../journal.ts";
import { writtenServer } from "../setting.ts";
import { FILE_STATES } from "../status.ts";
import type { Facts } from "./facts.ts";

export interface Finding {
  /** A hint may be no fault at all. */
  readonly level: "problem" | "hint";
  readonly text: string;
  /** What to do. */
  readonly remedy: string;
}

type Rule = (facts: Facts) => readonly Finding[];

/** What can be wrong, in the order in which it is to be mended. */
export const RULES: readonly Rule[] = [
  ({ journalFault }) =>
    problem(
      journalFault,
      "look at the files that docs/stub.md names for your system, take our lines out, and remove the journal",
    ),
  ({ journal, journalFault }) =>
    problem(
      journal === undefined && journalFault === undefined ? "Nothing is installed" : undefined,
      "portolan stub install",
    ),
  ({ journal }) =>
    problem(
      journal?.state === "begun" ? "An installation was begun and has not ended" : undefined,
      "portolan stub uninstall, then portolan stub install",
    ),
  ({ journal }) =>
    problem(
      journal && isAbandoned(journal)
        ? `What process ${journal.holder} has set up was not taken back: it is gone, as after a crash`
        : undefined,
      "portolan stub uninstall",
    ),
  ({ files }) =>
    files
      .filter(({ state }) => state !== "after")
      .flatMap(({ path, state }) =>
        problem(
          `${path} is ${FILE_STATES[state]}`,
          "portolan stub uninstall, then portolan stub install; a VPN or a network's client that writes the file does so again",
        ),
      ),
  serverIsSilent,
  programsAreLost,
  ({ ofProgram, ofServer, hosts, name }) => {
    const line = hosts.split("\n").find((one) => one.split(/[\s#]+/).includes(name));
    const isOdd = line !== undefined && !ofServer.addresses.some((one) => line.includes(one));
    return problem(
      isOdd ? `/etc/hosts has ${name} (${ofProgram.text}), which is believed first` : undefined,
      "take the line out of /etc/hosts; kubefwd writes such lines and may still run",
    );
  },
  searchIsMissing,
  ({ resolvedWants, journal }) => {
    const isMet = journal === undefined || resolvedWants.length === 0;
    const what = resolvedWants.join(" and ");
    return problem(
      isMet ? undefined : `systemd-resolved demands ${what} of every server, ours included`,
      "set it to no or to opportunistic (allow-downgrade for DNSSEC) in /etc/systemd/resolved.conf",
    );
  },
  ({ isMusl, nameservers }) =>
    hint(
      isMusl && nameservers.length > 1
        ? "The C library is musl: it asks all servers at once and believes the first, so that another one may deny a name of the cluster; it reads no /etc/nsswitch.conf"
        : undefined,
      "leave one nameserver in /etc/resolv.conf, and let Portolan forward to the others",
    ),
  ({ tunnels }) =>
    hint(
      tunnels.length > 0 ? `There are links as VPNs make them: ${tunnels.join(", ")}` : undefined,
      'if names fail while the VPN is up: "portolan stub status" says whether it has taken the files over, "resolvectl domain" whether it takes a zone of ours',
    ),
  () =>
    hint(
      "Browsers with DNS over HTTPS ask neither the system nor us",
      'Firefox: "network.trr.excluded-domains" in about:config gets the zone; Chrome and Edge: turn "Use secure DNS" off',
    ),
];

function serverIsSilent({ ofServer, setting: { server }, port53 }: Facts): readonly Finding[] {
  if (ofServer.isReply) return [];
  const where = writtenServer(server);
  const isTaken =
    server.port === 53 && port53.some((one) => one === server.address || one === "0.0.0.0");
  if (isTaken) {
    return problem(
      `Another program has ${where}, and does not answer as Portolan does: ${ofServer.text}`,
      `"sudo ss -lpnu sport = :53" names it (dnsmasq and systemd-resolved are common); take another address of 127.0.0.0/8`,
    );
  }
  return problem(
    `Portolan does not answer at ${where}: ${ofServer.text}`,
    "portolan dev, or the unit that portolan stub unit prints; names outside of the zones are not concerned",
  );
}

/** The server knows the name, and programs do not. */
function programsAreLost(facts: Facts): readonly Finding[] {
  const { ofServer, ofProgram, name, hostSources, isMusl, platform } = facts;
  if (ofServer.addresses.length === 0 || ofProgram.addresses.length > 0) return [];
  const text = `Portolan knows ${name} (${ofServer.text}), and programs do not: ${ofProgram.text}`;
  if (platform === "linux" && !isMusl) {
    if (!hostSources.some((word) => ASKING.test(word))) {
      return problem(
        `${text}; the line "hosts:" of /etc/nsswitch.conf has neither "dns" nor "resolve"`,
        'add "dns" to the line',
      );
    }
    const trap = trapOf(facts);
    if (trap) return trapped(text, trap);
  }
  // That is so by itself, and told already.
  if (facts.journal === undefined) return [];
  const ways: Readonly<Record<string, string>> = {
    linux: `"resolvectl query ${name}" says who was asked, where systemd-resolved runs; "resolvectl flush-caches" forgets what was denied`,
    darwin: `"scutil --dns" lists who is asked for which zone; a VPN's entry of the same zone wins`,
    win32: `"Get-DnsClientNrptPolicy" lists the rules that hold; those of a group policy replace all others`,
  };
  return problem(text, ways[platform] ?? "look who writes the resolver's files");
}

/** Words of nsswitch.conf that ask a server. */
const ASKING = /^(?:dns|resolve)$/;

interface Trap {
  /** Who says that there is no such name, and what makes that the end of it. */
  readonly who: string;
  readonly action: string;
  /** Who would know it. */
  readonly asks: string;
}

/** Who keeps the one that knows the name from being asked. */
function trapOf({ hostSources, foundAlone, name }: Facts): Trap | undefined {
  const knows = (word: string): boolean => foundAlone?.includes(word) ?? ASKING.test(word);
  const at = hostSources.findIndex(knows);
  const before = hostSources.slice(0, Math.max(at, 0));
  const stop = before.findIndex((word) => /^\[.*(?:notfound|!unavail)=return/.test(word));
  const [who = "", action = "", asks = ""] = [hostSources[stop - 1], before[stop], hostSources[at]];
  if (stop < 1) return undefined;
  // Nobody has tried: then it is likely only for what mDNS takes.
  const isTried = foundAlone !== undefined;
  return isTried || (who.startsWith("mdns") && name.endsWith(".local"))
    ? { who, action, asks }
    : undefined;
}

function trapped(text: string, { who, action, asks }: Trap): readonly Finding[] {
  const why = who.startsWith("mdns")
    ? "names below .local are taken for those of mDNS, and no server is asked (nss-mdns before 0.11 takes all, newer ones those of two labels)"
    : `what "${who}" does not know is not looked for any more`;
  return problem(
    `${text}; /etc/nsswitch.conf has "${who} ${action}" in front of "${asks}": ${why}`,
    `put "${asks}" in front of "${who}" in the line "hosts:"`,
  );
}

function searchIsMissing({ short, ofProgram, setting, journal }: Facts): readonly Finding[] {
  if (!short || ofProgram.addresses.length === 0 || short.ofProgram.addresses.length > 0) return [];
  return problem(
    `${short.name} does not resolve (${short.ofProgram.text}), with its zone it does: nothing completes it with "${setting.search.join(" ")}"`,
    journal?.backEnd === NETWORK_MANAGER.name
      ? howToSearch(setting.search)
      : 'nss-resolve completes only names without a dot: write "dns" in front of "resolve" in /etc/nsswitch.conf, or write names out; on macOS and Windows set the search list as "portolan stub install -dry-run" says',
  );
}

function problem(text: string | undefined, remedy: string): readonly Finding[] {
  return text === undefined ? [] : [{ level: "problem", text, remedy }];
}

function hint(text: string | undefined, remedy: string): readonly Finding[] {
  return text === undefined ? [] : [{ level: "hint", text, remedy }];
}
