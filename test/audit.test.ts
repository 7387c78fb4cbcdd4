import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isYaml } from "../src/audit/read-written.ts";
import { checkCorefile } from "../src/cli/check/check-corefile.ts";
import { translatedFrom } from "../src/cli/check/translate.ts";
import type { Corefile } from "../src/corefile/corefile.ts";
import { parseCorefile, readCorefileText } from "../src/corefile/corefile.ts";
import { checkWritten } from "../src/cli/check/check-written.ts";
import { unresolvedNames } from "../src/cli/check/unresolved-names.ts";
import { ROOT } from "./run-portolan.ts";

const FOLDER = join(ROOT, "test/testdata/audit");

/** `LINE[:COLUMN] LEVEL RULE: message`, a line each. */
async function audit(text: string, path = "file.yaml"): Promise<string[]> {
  expect(isYaml(text)).toBe(true);
  const { findings } = await checkWritten(path, text, { port: 53, logFormat: "text" });
  return findings.map(({ at, rule, message }) => {
    expect(at.file).toBe(path);
    const column = at.column === undefined ? "" : `:${at.column}`;
    return `${at.line}${column} ${rule.level} ${rule.id}: ${message}`;
  });
}

const distributions = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

describe("the DNS of a distribution", () => {
  it.each(distributions)("is audited: %s", async (name) => {
    const lines = await audit(readFileSync(join(FOLDER, name), "utf8"));
    const golden = join(FOLDER, name.replace(".yaml", ".findings"));
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(golden);
  });
});

/** A ConfigMap of that name, its keys as they are written. */
const configMap = (data: string, name = "coredns"): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${data}`;

describe("a ConfigMap's Corefile", () => {
  it("is told of at the lines of the file, however it is written", async () => {
    const lines = [
      "  .:53 {",
      "      whoam",
      "      hosts {",
      "        10.0.0.1 *.a.test",
      "      }",
    ];
    const block = `data:\n  Corefile: |\n${lines.map((line) => `  ${line}\n`).join("")}    }\n`;
    expect(await audit(configMap(block))).toEqual([
      '7:9 error unknown-directive: Unknown directive "whoam"; did you mean "whoami"?',
      '9:20 warning wildcard-name: "*.a.test" of hosts is that very name, no wildcard',
    ]);
    const json = JSON.stringify({
      kind: "List",
      items: [{ kind: "ConfigMap", data: { Corefile: ". {\n\nwhoam\n}\n" } }],
    });
    expect(await audit(json)).toEqual([
      '1 error unknown-directive: Unknown directive "whoam"; did you mean "whoami"?',
    ]);
    expect(await audit(JSON.stringify(JSON.parse(json), undefined, 2))).toEqual([
      '7 error unknown-directive: Unknown directive "whoam"; did you mean "whoami"?',
    ]);
  });

  it("names other lines as the file has them", async () => {
    const block =
      "data:\n  Corefile: |-\n    . {\n        acl {\n            block\n            allow net 10.0.0.0/8\n        }\n    }";
    expect(await audit(configMap(block))).toEqual([
      '9:13 warning acl-never-reached: "allow net 10.0.0.0/8" is never reached: "block" in line 8 is about the same queries',
    ]);
  });

  it("imports keys of the same ConfigMap, and of one for additions", async () => {
    const main = configMap(
      "data:\n  Corefile: |\n    . {\n        import more\n        import custom/*.override\n        whoami\n    }\n  more: |\n    erors\n",
    );
    const custom = configMap("data:\n  a.override: |\n    log\n    debug\n", "coredns-custom");
    expect(await audit(`${main}---\n${custom}`)).toEqual([
      '12:5 error unknown-directive: Unknown directive "erors"; did you mean "errors"?',
    ]);
    const there = main.replace("erors", "errors");
    expect(await audit(`${there}---\n${custom}`)).toEqual([
      '19:5 note logs-all: "log" writes a line for every query',
      '20:5 note debug-on: "debug" is on',
    ]);
    expect(await audit(custom)).toEqual([
      '6:5 note logs-all: "log" writes a line for every query',
      '7:5 note debug-on: "debug" is on',
    ]);
    expect(await audit(main.replace("import more", "import mor"))).toEqual([
      '7:16 error bad-import: Cannot import "mor": no snippet of that name above, and no file "/etc/coredns/mor": no such key of the ConfigMap',
      '12 note ignored: "more" is read by nothing: no Corefile imports or names it',
    ]);
  });

  it("names no file of the mount that is not there", async () => {
    const data =
      "data:\n  Corefile: |\n    . {\n        hosts /etc/coredns/NodeHosts {\n            ttl 60\n        }\n        errors\n    }\n";
    expect(await audit(configMap(data))).toEqual([
      '7:15 warning missing-key: "/etc/coredns/NodeHosts" of hosts is no key of ConfigMap "coredns"',
    ]);
    expect(await audit(configMap(`${data}  NodeHosts: ""\n`))).toEqual([]);
  });
});

describe("what cannot be checked", () => {
  it.each([
    [
      "kind: ConfigMap\n\tdata: {}\n",
      "2 error no-corefile: Cannot read: not YAML: Tabs are not allowed as indentation",
    ],
    [
      "kind: ConfigMap\nkind: List\n",
      "2 error no-corefile: Cannot read: not YAML: Map keys must be unique",
    ],
    ["--- text\n", "1 error no-corefile: Cannot read: neither an object nor a mapping of values"],
    ["---\n", "1 error no-corefile: Cannot check: nothing is written here"],
    [
      configMap("data:\n  corefile: x\n", "app"),
      '4 error no-corefile: ConfigMap "app" has no key "Corefile", nor one that ends in ".override" or ".server": it has "corefile"',
    ],
    [
      "kind: Secret\nmetadata: {name: a}\n",
      '1 error no-corefile: Secret "a" has no Corefile, and is no part of a cluster\'s DNS',
    ],
    [
      `kind: ConfigMap\n# ${"x".repeat(10 << 20)}\n`,
      "1 error no-corefile: Cannot read: over 4 MiB of YAML; take the objects of the DNS alone",
    ],
    [
      configMap("data:\n  Corefile: ''\n"),
      '5 error no-server-block: Cannot serve: no server block, expected one such as ". { ... }"',
    ],
    [
      configMap("data:\n  stubDomains: '{'\n", "kube-dns"),
      '5 error no-corefile: Cannot translate "stubDomains": it is not JSON',
    ],
    [
      configMap('data:\n  stubDomains: \'{"a {": ["1.2.3.4"], "b": ["/etc"]}\'\n', "kube-dns"),
      '5 error no-corefile: Cannot translate "stubDomains": "a {" is no zone',
    ],
  ])("%#: has one clear line", async (text, expected) => {
    expect((await audit(text))[0]).toBe(expected);
  });
});

it("a Corefile is told from YAML by what is in it", () => {
  for (const name of readdirSync(join(ROOT, "src/corefile/testdata"))) {
    expect(isYaml(readFileSync(join(ROOT, "src/corefile/testdata", name), "utf8"))).toBe(false);
  }
  for (const text of [
    "a.test: {\n",
    "example.org:53 {\n}",
    "(s) {\n}\n",
    "# kind: a\n. {\n}",
    "",
    "tls://a.test {",
  ]) {
    expect([text, isYaml(text)]).toEqual([text, false]);
  }
  for (const text of [
    "# a\n\nkind: List",
    "servers:\n- zones: []",
    '{"kind": "List"}',
    '{\n"kind":\n1}',
    "\uFEFFa: 1",
    "---\n",
  ]) {
    expect([text, isYaml(text)]).toEqual([text, true]);
  }
});

it("stub domains of kube-dns become server blocks, which a check has nothing to say of", async () => {
  const text = await translatedFrom(join(FOLDER, "gke.yaml"));
  expect(text).toContain("    forward . 192.0.2.1 192.0.2.2\n");
  expect(text.slice(text.indexOf("corp.example"))).toBe(
    "corp.example:53 {\n    errors\n    cache 30\n    forward . 192.0.2.10 192.0.2.11\n}\nlab.example:53 {\n    errors\n    cache 30\n    forward . 192.0.2.12:5353\n}\n",
  );
  const load = (): Corefile => readCorefileText("Corefile", text);
  const options = { port: 53, logFormat: "text", isElsewhere: true } as const;
  expect((await checkCorefile(load, options)).findings).toEqual([]);
  await expect(translatedFrom(join(FOLDER, "eks.yaml"))).rejects.toThrow(
    /^Cannot translate ".*eks.yaml": it has no ConfigMap with "stubDomains" or "upstreamNameservers"$/,
  );
});

it("names of upstreams are looked for, once each, and addresses and paths are not", async () => {
  const blocks = parseCorefile(
    ". {\nforward . tls://dns.example%x 192.0.2.1:53 [2001:db8::1]:53 2001:db8::1 /etc/resolv.conf\nforward b gone.example:5353 dns.example\n}",
    "Corefile",
  );
  const asked: string[] = [];
  const found = await unresolvedNames(blocks, async (host) => {
    asked.push(host);
    return host === "gone.example" ? "ENOTFOUND" : undefined;
  });
  expect(asked).toEqual(["dns.example", "gone.example"]);
  expect(found.map(({ at, message }) => `${at.line}:${at.column} ${message}`)).toEqual([
    '3:11 "gone.example" has no address here: ENOTFOUND',
  ]);
});
