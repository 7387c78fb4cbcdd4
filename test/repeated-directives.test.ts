import { describe, expect, it } from "vitest";
import { parseCorefile } from "../src/corefile/corefile.ts";
import { plugins } from "../src/plugins/index.ts";
import { checkCorefile } from "../src/server/parsed-block.ts";

function checkTwice(directive: string): void {
  const text = `. {\n ${directive}\n ${directive}\n}\n`;
  checkCorefile({ blocks: parseCorefile(text, "Corefile"), files: [], digest: "" }, plugins);
}

/** CoreDNS 1.15.0 was asked about each of them. */
describe("a directive that stands twice in a server block", () => {
  it.each([
    "acl {\n block\n}",
    "any",
    "cancel 1s",
    "debug",
    "erratic",
    "forward . 192.0.2.1",
    "header {\n response set ra\n}",
    "health",
    "loadbalance",
    "local",
    "log",
    "minimal",
    "reload",
    "root folder",
    "template IN A",
    "whoami",
  ])("is fine for %s", (directive) => {
    expect(() => checkTwice(directive)).not.toThrow();
  });

  it.each(["bufsize", "cache", "chaos", "errors", "hosts", "loop", "nsid", "prometheus", "ready"])(
    "is an error for %s",
    (directive) => {
      expect(() => checkTwice(directive)).toThrow(/^Corefile:3: .* twice in a server block/);
    },
  );
});
