import { describe, expect, it } from "vitest";
import { parseCorefile } from "../src/corefile/corefile.ts";
import { plugins } from "../src/plugins/index.ts";
import { checkCorefile } from "../src/server/configuration.ts";

function checkTwice(directive: string): void {
  const text = `. {\n ${directive}\n ${directive}\n}\n`;
  checkCorefile({ blocks: parseCorefile(text, "Corefile"), files: [], digest: "" }, plugins);
}

/** CoreDNS 1.15.0 was asked about each of them. */
describe("a directive that stands twice in a server block", () => {
  it.each([
    "debug",
    "forward . 192.0.2.1",
    "health",
    "loadbalance",
    "log",
    "reload",
    "root folder",
    "template IN A",
    "whoami",
  ])("is fine for %s", (directive) => {
    expect(() => checkTwice(directive)).not.toThrow();
  });

  it.each(["cache", "errors", "hosts", "loop", "prometheus", "ready"])(
    "is an error for %s",
    (directive) => {
      expect(() => checkTwice(directive)).toThrow(/^Corefile:3: .* twice in a server block/);
    },
  );
});
