import { expect, it } from "vitest";
import { flagsOf } from "../../src/cli/command-description.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { SERVE } from "../../src/cli/commands/serve.ts";
import { readDocument, section } from "./readme.ts";

/** The flags that the program of CoreDNS 1.15.0 lists for `-h`. */
const CORE_DNS_FLAGS = "conf dns.port log-format p pidfile plugins quiet version".split(" ");

const page = readDocument("docs/command-line.md");
const flags = Object.entries(flagsOf(SERVE)).flatMap(([name, { also = [] }]) => [name, ...also]);

it("CoreDNS's flags are Portolan's, too", () => {
  expect(CORE_DNS_FLAGS.filter((name) => !flags.includes(name))).toEqual([]);
});

it("docs/command-line.md has each flag of the server, and says which are not CoreDNS's", () => {
  const rows = section(page, "Flags of the server").match(/^\| `-.*?\|/gm) ?? [];
  const named = rows.flatMap((row) => [...row.matchAll(/`-([a-z.-]+)`(\*?)/g)]);
  expect(named.map(([, name = ""]) => name).toSorted()).toEqual(flags.toSorted());
  const shared = named.filter(([, , mark]) => mark === "").map(([, name = ""]) => name);
  expect(shared.toSorted()).toEqual(CORE_DNS_FLAGS);
});

it("docs/command-line.md has each command", () => {
  const named = [...page.matchAll(/^\| `portolan ?([^`]*)` \|/gm)].map(([, name]) => name);
  expect(named).toEqual(COMMANDS.map(({ name }) => name));
});
