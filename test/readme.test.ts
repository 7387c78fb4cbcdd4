import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCorefile } from "../src/corefile/corefile.ts";
import { plugins } from "../src/plugins/index.ts";
import { checkCorefile } from "../src/server/configuration.ts";
import { pluginName } from "../src/server/plugin-order.ts";
import { ROOT } from "./run-portolan.ts";

const readmes = globSync("{README.md,src/plugins/*/README.md}", { cwd: ROOT });

function examples(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/```corefile\n(.*?)```/gs)].map((match) => match[1] ?? "");
}

function check(text: string, file: string): void {
  const blocks = parseCorefile(text, file, { env: {} });
  checkCorefile({ blocks, files: [], digest: "" }, plugins);
}

describe.each(readmes)("%s", (file) => {
  it("has examples that are good Corefiles", () => {
    const found = examples(file);
    expect(found.length).toBeGreaterThan(0);
    for (const text of found) expect(() => check(text, file)).not.toThrow();
  });
});

it("Corefile.example is a good Corefile", () => {
  const text = readFileSync(join(ROOT, "Corefile.example"), "utf8");
  expect(() => check(text, "Corefile.example")).not.toThrow();
});

it("README.md names the plugins that are built", () => {
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  const list = /Of CoreDNS's plugins these are built:\n\n(.*?)\n\n/s.exec(text)?.[1] ?? "";
  const named = [...list.matchAll(/`([a-z0-9_]+)`/g)].map((match) => match[1]);
  const built = plugins.filter((entry) => typeof entry !== "string").map(pluginName);
  expect(new Set(named)).toEqual(new Set([...built, "import"]));
});
