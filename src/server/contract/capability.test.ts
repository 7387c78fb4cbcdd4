import { describe, expect, it } from "vitest";
import { noArguments } from "../../corefile/arguments.ts";
import { parseCorefile } from "../../corefile/corefile.ts";
import { HttpEndpoints } from "../../http/http-endpoints.ts";
import { Metrics } from "../../observe/metrics.ts";
import { silentLog } from "../../testing/context.ts";
import { buildConfiguration } from "../configuration.ts";
import type { Offered } from "./capability.ts";
import { defineCapability } from "./capability.ts";
import { definePlugin } from "./plugin.ts";

interface Greeter {
  greet(): string;
}

const greeting = defineCapability<Greeter>("greetings");
const other = defineCapability<Greeter>("other greetings");

/** Offers a greeting, and another thing that nobody looks for. */
const host = definePlugin({
  name: "host",
  parse: (directive) => directive.args[0]?.text ?? "",
  create: (name) => ({
    offers: [
      other.offer({ greet: () => "not asked for" }),
      greeting.offer({ greet: () => `hello from ${name}` }),
    ],
  }),
});

function build(corefile: string): string[] {
  const heard: string[] = [];
  const guest = definePlugin({
    name: "guest",
    parse: noArguments,
    create: (_options, context) => ({
      connect(): void {
        const offered: readonly Offered<Greeter>[] = context.offered(greeting);
        if (offered.length === 0) throw context.directive.error("nobody greets");
        heard.push(...offered.map(({ plugin, value }) => `${plugin}: ${value.greet()}`));
      },
    }),
  });
  buildConfiguration(
    { blocks: parseCorefile(corefile, "Corefile"), files: [], digest: "" },
    {
      plugins: [guest, host],
      defaultPort: 53,
      log: silentLog(),
      metrics: new Metrics(),
      host: {
        http: new HttpEndpoints(),
        isServing: () => true,
        reload: () => Promise.resolve(),
        fatal: () => {},
      },
    },
  );
  return heard;
}

describe("what a plugin offers", () => {
  it("is found by those before it and behind it in the same server block, by the capability", () => {
    expect(build(". {\n guest\n host a\n host b\n}\n")).toEqual([
      "host: hello from a",
      "host: hello from b",
    ]);
  });

  it("is not found in another server block", () => {
    expect(() => build("a.test {\n guest\n}\nb.test {\n host b\n}\n")).toThrow(
      "Corefile:2: plugin/guest: nobody greets",
    );
  });
});
