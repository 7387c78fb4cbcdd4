import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import * as contract from "../../src/server/plugin-modules/public-contract.ts";
import { MAX_SECONDS } from "../../src/server/plugin-modules/guard-instance.ts";
import { MAX_IMPORT_SECONDS } from "../../src/server/plugin-modules/plugin-modules.ts";
import { endAll, Portolan, ROOT } from "../run-portolan.ts";

const page = readFileSync(join(ROOT, "docs/plugins.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "portolan-plugins-doc-"));
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true });
});

function section(title: string): string {
  return page.split(/^##+ /m).find((one) => one.startsWith(title)) ?? "";
}

it("names all that there is to import, and nothing else", () => {
  const rows = section("What there is to import").matchAll(/^\| [^`|]+ \| (.*) \|$/gm);
  const named = [...rows].flatMap(([, names = ""]) => [...names.matchAll(/`(\w+)`/g)]);
  expect(named.map(([, name = ""]) => name).toSorted()).toEqual(Object.keys(contract).toSorted());
});

it("says for how long things are waited for", () => {
  const rows = section("What goes wrong").matchAll(/^\| (?:`(\w+)`|importing[^|]*) \| (\d+) s/gm);
  const said = Object.fromEntries(
    [...rows].map(([, step = "import", seconds]) => [step, Number(seconds)]),
  );
  const server = readFileSync(join(ROOT, "src/server/server.ts"), "utf8");
  const graceMs = Number(/GRACE_MS = ([\d_]+)/.exec(server)?.[1]?.replaceAll("_", ""));
  expect(said).toEqual({ ...MAX_SECONDS, import: MAX_IMPORT_SECONDS, stop: graceMs / 1_000 });
});

it("has a plugin and a Corefile that work together", async () => {
  const blocks = section("Writing it").matchAll(/```(?:js)?\n(.*?)```/gs);
  const [plugin = "", corefile = ""] = [...blocks].map((block) => block[1] ?? "");
  writeFileSync(join(folder, "greet.js"), plugin);
  writeFileSync(join(folder, "Corefile"), corefile);
  const portolan = new Portolan(["-conf", join(folder, "Corefile"), "-p", "0"]);
  const resolver = new Resolver({ tries: 1 });
  resolver.setServers([`127.0.0.1:${await portolan.port()}`]);
  await expect(resolver.resolveTxt("hello.test")).resolves.toEqual([["good morning"]]);
  await expect(resolver.resolveTxt("other.test")).rejects.toMatchObject({ code: "ENODATA" });
  const { stdout } = await portolan.stop();
  expect(stdout).toContain('plugin/greet: greeting with "good morning"');
});

it("the example's page shows the example's Corefile", () => {
  const example = (file: string): string =>
    readFileSync(join(ROOT, "deploy/examples/plugin", file), "utf8");
  const [, shown = ""] = /```\n(plugin .*?)\s+\.\.\.\n```/s.exec(example("README.md")) ?? [];
  expect(shown).not.toBe("");
  expect(example("Corefile").startsWith(shown)).toBe(true);
});
