import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import type { EdnsOption } from "../../dns/edns.ts";
import { nsidOption, paddingOption } from "../../dns/edns.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { nsid } from "./index.ts";

function create(text: string): Instance {
  const directive = testDirective(text);
  const instance = nsid.create?.(nsid.parse(directive), testContext({ directive: text }));
  if (!instance) throw new Error("no instance");
  return instance;
}

/** Options of the reply to a request with these options, where another plugin has put some. */
async function optionsOf(
  text: string,
  asked: readonly EdnsOption[],
  found: readonly EdnsOption[] = [],
): Promise<readonly EdnsOption[]> {
  const outcome = await create(text).serve?.(testQuery("a.test.", "A", { options: asked }), () => {
    const reply = new Reply();
    reply.options = found;
    return Promise.resolve(reply);
  });
  if (!(outcome instanceof Reply)) throw new Error("no reply");
  return outcome.options;
}

describe("nsid", () => {
  it("names the server to those who ask, and to nobody else", async () => {
    expect(await optionsOf("nsid use1", [nsidOption("")])).toEqual([nsidOption("use1")]);
    expect(await optionsOf("nsid use1", [])).toEqual([]);
    expect(await optionsOf("nsid use1", [paddingOption(1)])).toEqual([]);
  });

  it("takes several words for one identifier, none for the host's name", async () => {
    const asked = [nsidOption("")];
    expect(await optionsOf("nsid Use The Force", asked)).toEqual([nsidOption("Use The Force")]);
    expect(await optionsOf('nsid ""', asked)).toEqual([nsidOption("")]);
    expect(await optionsOf("nsid", asked)).toEqual([nsidOption(hostname())]);
  });

  it("keeps other options of the reply, but no other server's name", async () => {
    const found = [paddingOption(2), nsidOption("other")];
    const options = await optionsOf("nsid own", [nsidOption("")], found);
    expect(options).toEqual([paddingOption(2), nsidOption("own")]);
  });

  it("makes no reply where there is none, and none the dearer where nobody asks", async () => {
    const asked = testQuery("a.test.", "A", { options: [nsidOption("")] });
    expect(create("nsid own").serve?.(asked, () => DROPPED)).toBe(DROPPED);
    const reply = new Reply();
    const { options } = reply;
    expect(create("nsid own").serve?.(testQuery("a.test."), () => reply)).toBe(reply);
    expect(reply.options).toBe(options);
  });

  it("has no properties", () => {
    expect(() => nsid.parse(testDirective("nsid a {\n b\n}"))).toThrow(
      'Corefile:2: plugin/nsid: unexpected "{": "nsid" has no properties',
    );
  });
});
