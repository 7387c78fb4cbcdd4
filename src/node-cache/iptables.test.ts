import { describe, expect, it } from "vitest";
import type { Ended } from "./iptables.ts";
import { Iptables, IptablesError } from "./iptables.ts";
import { rulesFor } from "./rules.ts";

const [RULE] = rulesFor("169.254.20.10", 53, 8080);
if (!RULE) throw new Error("there are no rules");

/** iptables as it answers when asked; with a list of the rules that were made. */
class FakeIptables {
  readonly rules: string[] = [];
  readonly programs = new Set<string>();
  /** Chains of the table "mangle", by program. */
  chains: Record<string, string> = {};
  failure: Ended | undefined;

  readonly run = async (program: string, args: readonly string[]): Promise<Ended> => {
    if (args.includes("mangle")) return this.#list(program);
    this.programs.add(program);
    const [operation, ...words] = args.slice(2);
    const rule = words.join(" ");
    const at = this.rules.indexOf(rule);
    if (this.failure) return this.failure;
    if (operation === "-I") this.rules.unshift(rule);
    if (operation === "-D") this.rules.splice(at, 1);
    return operation === "-I" || at !== -1 ? { code: 0, output: "" } : { code: 1, output: "none" };
  };

  #list(program: string): Ended {
    const chains = this.chains[program];
    return chains === undefined
      ? { code: "ENOENT", output: "there is none" }
      : { code: 0, output: `-P INPUT ACCEPT\n${chains}` };
  }
}

describe("a rule", () => {
  it("is made once, before all others", async () => {
    const fake = new FakeIptables();
    const iptables = new Iptables(false, fake.run);
    expect(await iptables.ensure(RULE)).toBe(true);
    expect(await iptables.ensure(RULE)).toBe(false);
    expect(fake.rules).toEqual([
      "PREROUTING -t raw -p tcp -d 169.254.20.10 --dport 53 -j NOTRACK -m comment --comment NodeLocal DNS Cache: skip conntrack",
    ]);
  });

  it("goes however often it is there", async () => {
    const fake = new FakeIptables();
    const iptables = new Iptables(false, fake.run);
    await iptables.ensure(RULE);
    fake.rules.push(...fake.rules, ...fake.rules);
    await iptables.remove(RULE);
    expect(fake.rules).toEqual([]);
  });

  it("that cannot be looked for is neither made nor taken for absent", async () => {
    const fake = new FakeIptables();
    const iptables = new Iptables(false, fake.run);
    fake.failure = { code: 4, output: "Another app is currently holding the xtables lock" };
    const error = await iptables.ensure(RULE).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IptablesError);
    expect(error).toMatchObject({ isLock: true });
  });
});

describe("the program", () => {
  it.each([
    ["iptables-nft", { "iptables-nft": "-N KUBE-IPTABLES-HINT", "iptables-legacy": "" }],
    ["iptables-legacy", { "iptables-nft": "", "iptables-legacy": "-N KUBE-KUBELET-CANARY" }],
    ["iptables", { "iptables-nft": "-N OTHERS", "iptables-legacy": "" }],
    ["iptables", {}],
  ])("is %s where chains are %j", async (program, chains) => {
    const fake = new FakeIptables();
    fake.chains = chains;
    await new Iptables(false, fake.run, async () => "mangle\nfilter\n").ensure(RULE);
    expect([...fake.programs]).toEqual([program]);
  });

  it("of the older kind is not asked where none of its tables is there", async () => {
    const fake = new FakeIptables();
    fake.chains = { "iptables-nft": "", "iptables-legacy": "-N KUBE-IPTABLES-HINT" };
    const asked: string[] = [];
    const read = async (path: string): Promise<string> => {
      asked.push(path);
      return "filter\n";
    };
    await new Iptables(false, fake.run, read).ensure(RULE);
    expect([...fake.programs]).toEqual(["iptables"]);
    expect(asked).toEqual(["/proc/net/ip_tables_names"]);
  });

  it("is that of IPv6 for its addresses", async () => {
    const fake = new FakeIptables();
    await new Iptables(true, fake.run).ensure(RULE);
    expect([...fake.programs]).toEqual(["ip6tables"]);
  });

  it("that is not there is told of", async () => {
    const iptables = new Iptables(false, async (program) => {
      return { code: "ENOENT", output: `there is no program "${program}"` };
    });
    await expect(iptables.ensure(RULE)).rejects.toThrow('there is no program "iptables"');
  });
});
