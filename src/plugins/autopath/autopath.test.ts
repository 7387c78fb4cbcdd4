import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import type { SearchPaths } from "../../server/contract/search-paths.ts";
import { searchPaths } from "../../server/contract/search-paths.ts";
import { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import { recordingLog, testContext } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { records, sections, testQuery } from "../../testing/query.ts";
import { autopath } from "./index.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function resolvConf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "autopath-"));
  folders.push(folder);
  const file = join(folder, "resolv.conf");
  await writeFile(file, text);
  return file;
}

type Options = Parameters<typeof testContext>[0];

async function open(directive: string, options: Options = {}): Promise<Instance> {
  const context = testContext({ directive, ...options });
  const instance = autopath.create?.(autopath.parse(context.directive), context);
  if (!instance) throw new Error("no instance");
  instance.connect?.();
  await instance.start?.();
  return instance;
}

/** Behind the plugin: these names have an address, those of `codes` a response code; others NXDOMAIN. */
function behind(
  names: readonly string[],
  codes: Readonly<Record<string, number>> = {},
): { next: Next; asked: string[] } {
  const asked: string[] = [];
  const next: Next = ({ qname }) => {
    const name = qname.toString();
    asked.push(name);
    const reply = new Reply(codes[name] ?? Rcode.NXDOMAIN);
    if (!names.includes(name.toLowerCase())) return reply;
    reply.rcode = Rcode.NOERROR;
    reply.answer = records(`${name} 60 IN A 192.0.2.1`, `${name} 60 IN A 192.0.2.2`);
    return reply;
  };
  return { next, asked };
}

async function serve(
  instance: Instance,
  name: string,
  next: Next,
  address?: string,
): Promise<Outcome> {
  const query = testQuery(name, "A", address === undefined ? {} : { address });
  return (await instance.serve?.(query, next)) ?? DROPPED;
}

async function ask(
  instance: Instance,
  name: string,
  next: Next,
  address?: string,
): Promise<Pick<Sections, "rcode" | "answer">> {
  const { rcode, answer } = sections(await serve(instance, name, next, address));
  return { rcode, answer };
}

const SEARCH = "nameserver 192.0.2.53\nsearch shop.example. example. lan\n";

describe("with a file like resolv.conf", () => {
  it("gives what is at the first suffix under which there is something", async () => {
    const instance = await open(`autopath ${await resolvConf(SEARCH)}`);
    const { next, asked } = behind(["www.test.example."]);
    expect(await ask(instance, "www.test.shop.example.", next)).toEqual({
      rcode: "NOERROR",
      answer: [
        "www.test.shop.example. 60 IN CNAME www.test.example.",
        "www.test.example. 60 IN A 192.0.2.1",
        "www.test.example. 60 IN A 192.0.2.2",
      ],
    });
    expect(asked).toEqual(["www.test.shop.example.", "www.test.example."]);
  });

  it("tries the name by itself last", async () => {
    const instance = await open(`autopath ${await resolvConf(SEARCH)}`);
    const { next, asked } = behind(["www.test."]);
    const { answer } = await ask(instance, "www.test.shop.example.", next);
    expect(answer[0]).toBe("www.test.shop.example. 60 IN CNAME www.test.");
    expect(asked.slice(1)).toEqual(["www.test.example.", "www.test.lan.", "www.test."]);
  });

  it("keeps the case in which the client writes the name", async () => {
    const instance = await open(`autopath ${await resolvConf(SEARCH)}`);
    const { answer } = await ask(instance, "WwW.Test.shop.EXAMPLE.", behind(["www.test."]).next);
    expect(answer[0]).toBe("WwW.Test.shop.EXAMPLE. 60 IN CNAME WwW.Test.");
  });

  it.each([
    ["is there", ["www.shop.example.", "www.example."]],
    ["is nowhere, and is denied as it was asked", []],
  ])("changes nothing for a name that %s", async (_what, names) => {
    const instance = await open(`autopath ${await resolvConf(SEARCH)}`);
    const { next } = behind(names);
    const plain = sections(await next(testQuery("www.shop.example.")));
    expect(await serve(instance, "www.shop.example.", next).then(sections)).toEqual(plain);
  });

  it.each(["www.example.", "shop.example.", "www.test.", "xshop.example."])(
    "does not complete %s, which is not below the first suffix",
    async (name) => {
      const instance = await open(`autopath ${await resolvConf(SEARCH)}`);
      const { next, asked } = behind([]);
      await ask(instance, name, next);
      expect(asked).toEqual([name]);
    },
  );

  it("completes names in its zones only", async () => {
    const instance = await open(`autopath other.test ${await resolvConf(SEARCH)}`);
    const { next, asked } = behind([]);
    await ask(instance, "www.shop.example.", next);
    expect(asked).toEqual(["www.shop.example."]);
  });

  it("ends with no records where a name has none of the type", async () => {
    const instance = await open(`autopath ${await resolvConf(SEARCH)}`);
    const { next } = behind([], { "www.example.": Rcode.NOERROR });
    expect(await ask(instance, "www.shop.example.", next)).toEqual({
      rcode: "NOERROR",
      answer: [],
    });
  });

  it("goes on from what is no answer, and ends with a failure", async () => {
    const instance = await open(`autopath ${await resolvConf(SEARCH)}`);
    const { next } = behind(["www.lan."], { "www.example.": Rcode.REFUSED });
    const { answer } = await ask(instance, "www.shop.example.", next);
    expect(answer[0]).toBe("www.shop.example. 60 IN CNAME www.lan.");
    const failing: Next = (query) => {
      if (query.qname.equals(Name.parse("www.lan."))) throw new Error("upstream is down");
      return behind([]).next(query);
    };
    await expect(serve(instance, "www.shop.example.", failing)).rejects.toThrow("upstream is down");
  });

  it("waits for each reply where they come late, and counts what it found", async () => {
    const metrics = new Metrics();
    const instance = await open(`autopath ${await resolvConf(SEARCH)}`, { metrics });
    const { next } = behind(["www.", "here.shop.example."]);
    const late: Next = async (query) => next(query);
    const { answer } = await ask(instance, "www.shop.example.", late);
    expect(answer[0]).toBe("www.shop.example. 60 IN CNAME www.");
    await ask(instance, "here.shop.example.", late);
    await ask(instance, "gone.shop.example.", late);
    const reply = await serve(instance, "www.shop.example.", next);
    if (!(reply instanceof Reply)) throw new Error("dropped");
    reply.repetition.count?.(5, 0);
    expect(await metrics.text()).toContain('coredns_autopath_success_total{server="dns://:53"} 7');
  });

  it("skips names that would be too long", async () => {
    const long = `search a.test ${"b".repeat(63)}.${"c".repeat(63)}.test test`;
    const instance = await open(`autopath ${await resolvConf(long)}`);
    const name = `${"d".repeat(63)}.${"e".repeat(63)}.`;
    const { next, asked } = behind([`${name}test.`]);
    await ask(instance, `${name}a.test.`, next);
    expect(asked).toEqual([`${name}a.test.`, `${name}test.`]);
  });

  it("holds good no longer than each denial on the way does", async () => {
    const instance = await open(`autopath ${await resolvConf(SEARCH)}`);
    const state = new State();
    const { next } = behind(["www."]);
    const reply = await serve(instance, "www.shop.example.", (query) => {
      const outcome = next(query) as Reply;
      return query.qname.equals(Name.parse("www.example."))
        ? outcome.narrow(Validity.dependingOn(state))
        : outcome;
    });
    if (!(reply instanceof Reply)) throw new Error("dropped");
    expect(reply.validity.allowsRepeating(0)).toBe(true);
    state.end();
    expect(reply.validity.allowsRepeating(0)).toBe(false);
  });

  it("refuses a file that is not there, and says so where one has no search list", async () => {
    await expect(open("autopath nowhere/resolv.conf")).rejects.toThrow(
      /^Corefile:2: plugin\/autopath: cannot read "nowhere\/resolv.conf": /,
    );
    const { log, lines } = recordingLog();
    const file = await resolvConf("nameserver 192.0.2.53\n");
    await open(`autopath ${file}`, { log });
    expect(lines).toEqual([expect.stringContaining('has no effect: it has no line "search')]);
  });
});

const SUFFIXES = ["shop.svc.", "svc.", "."].map((name) => Name.parse(name));
const PATHS: SearchPaths = {
  begin: () => undefined,
  pathOf: (qname) => {
    const isBelow = qname.isWithin(Name.parse("shop.svc."));
    return isBelow
      ? { suffixes: SUFFIXES, isOf: ({ address }) => address === "10.0.0.1" }
      : undefined;
  },
};
const OFFERS = { kubernetes: [searchPaths.offer(PATHS)] };

describe("with the paths that another plugin knows", () => {
  it("completes names for those who have the path, and gives them to nobody else", async () => {
    const instance = await open("autopath @kubernetes", { offers: OFFERS });
    const { next } = behind(["web.svc."]);
    const own = await serve(instance, "web.shop.svc.", next, "10.0.0.1");
    expect(sections(own).answer).toContain("web.shop.svc. 60 IN CNAME web.svc.");
    const other = await serve(instance, "web.shop.svc.", next, "10.0.0.2");
    expect(sections(other).rcode).toBe("NXDOMAIN");
    expect(own).toMatchObject({ validity: { isPerClient: true } });
    expect(other).toMatchObject({ validity: { isPerClient: true } });
  });

  it.each(["10.0.0.1", "10.0.0.2"])(
    "leaves the reply for everybody if there is such a name: asked from %s",
    async (address) => {
      const instance = await open("autopath @kubernetes", { offers: OFFERS });
      const reply = await serve(instance, "web.shop.svc.", behind(["web.shop.svc."]).next, address);
      expect(reply).toMatchObject({ validity: Validity.always });
    },
  );

  it("refuses a plugin that has none, and does nothing without it", async () => {
    await expect(open("autopath @autopath")).rejects.toThrow(
      'Corefile:2: plugin/autopath: cannot use "@autopath": autopath knows no search paths',
    );
    const { log, lines } = recordingLog();
    const instance = await open("autopath @kubernetes", { log });
    expect(lines).toEqual([
      'warn: "@kubernetes" has no effect: there is no kubernetes in this server block',
    ]);
    const { next, asked } = behind([]);
    await ask(instance, "web.shop.svc.", next);
    expect(asked).toEqual(["web.shop.svc."]);
  });
});
