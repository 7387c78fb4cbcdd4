import { describe, expect, it } from "vitest";
import type { Outcome } from "../questions.ts";
import { parseSetting } from "../setting.ts";
import type { Facts } from "./facts.ts";
import { RULES } from "./rules.ts";

const FOUND: Outcome = { addresses: ["127.96.0.1"], isReply: true, text: "127.96.0.1" };
const DENIED: Outcome = { addresses: [], isReply: true, text: "no such name" };
const SILENT: Outcome = { addresses: [], isReply: false, text: "nobody listens there" };
const SETTING = parseSetting("127.0.0.1:53", ["cluster.local"], undefined);

const WELL: Facts = {
  platform: "linux",
  isMusl: false,
  hostSources: ["files", "dns"],
  nameservers: ["127.0.0.53"],
  hosts: "127.0.0.1 localhost\n",
  journal: {
    version: 1,
    state: "done",
    since: "now",
    backEnd: "resolved-drop-in",
    setting: SETTING,
    files: [],
    folders: [],
    undoFirst: [],
    undo: [],
  },
  journalFault: undefined,
  files: [],
  setting: SETTING,
  name: "web.shop.svc.cluster.local",
  ofServer: FOUND,
  ofProgram: FOUND,
  foundAlone: undefined,
  short: { name: "web.shop", ofProgram: FOUND },
  tunnels: [],
  port53: [],
  resolvedWants: [],
};

function problemsOf(facts: Partial<Facts>): string[] {
  const findings = RULES.flatMap((rule) => rule({ ...WELL, ...facts }));
  return findings.flatMap(({ level, text }) => (level === "problem" ? [text] : []));
}

describe("doctor", () => {
  it("finds nothing where all is well", () => expect(problemsOf({})).toEqual([]));

  const cases: readonly (readonly [string, Partial<Facts>, string])[] = [
    ["nothing is installed", { journal: undefined }, "Nothing is installed"],
    ["a broken journal", { journal: undefined, journalFault: "it is broken" }, "it is broken"],
    ["a changed file", { files: [{ path: "/x", state: "rewritten" }] }, "/x is written by"],
    ["a silent server", { ofServer: SILENT }, "Portolan does not answer at 127.0.0.1:53"],
    ["a port that is taken", { ofServer: SILENT, port53: ["0.0.0.0"] }, "Another program has"],
    [
      "the trap of mDNS",
      { ofProgram: DENIED, hostSources: ["files", "mdns4_minimal", "[notfound=return]", "dns"] },
      'has "mdns4_minimal [notfound=return]" in front of "dns"',
    ],
    [
      "who keeps the one that knows the name from being asked",
      {
        ofProgram: DENIED,
        hostSources: ["files", "resolve", "[!unavail=return]", "dns"],
        foundAlone: ["dns"],
      },
      'has "resolve [!unavail=return]" in front of "dns"',
    ],
    [
      "no trap of mDNS where nobody knows the name if asked alone",
      {
        ofProgram: DENIED,
        hostSources: ["files", "mdns4_minimal", "[notfound=return]", "dns"],
        foundAlone: [],
      },
      "and programs do not: no such name",
    ],
    ["no dns at all", { ofProgram: DENIED, hostSources: ["files"] }, 'neither "dns" nor'],
    ["programs that ask others", { ofProgram: DENIED }, "and programs do not: no such name"],
    [
      "a line of a hosts file",
      { hosts: "127.1.27.1 web.shop.svc.cluster.local\n" },
      "/etc/hosts has web.shop.svc.cluster.local",
    ],
    [
      "a search list that is not there",
      { short: { name: "web.shop", ofProgram: DENIED } },
      "web.shop does not resolve",
    ],
    [
      "how NetworkManager gets a search list",
      {
        short: { name: "web.shop", ofProgram: DENIED },
        journal: WELL.journal && { ...WELL.journal, backEnd: "networkmanager" },
      },
      "web.shop does not resolve",
    ],
    ["TLS that is demanded", { resolvedWants: ["dnsovertls"] }, "demands dnsovertls"],
  ];
  it("has nothing to say of programs while nothing is installed", () => {
    const facts = { journal: undefined, ofProgram: DENIED, foundAlone: [] };
    expect(problemsOf(facts)).toEqual(["Nothing is installed"]);
  });
  it.each(cases)("tells of %s", (_what, facts, text) => {
    const problems = problemsOf(facts);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(text);
  });
});
