import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { parseCorefile, readCorefile, readCorefileAside } from "./corefile.ts";
import type { ParseOptions } from "./corefile.ts";
import type { Directive } from "./directive.ts";
import type { ServerBlock } from "./server-block.ts";

/** A block as lines: its keys, then its directives, indented like the braces. */
function outline(blocks: readonly ServerBlock[]): string[] {
  return blocks.flatMap(({ keys, directives }) => [
    keys.map(({ scheme, zone, port }) => `${scheme}://${zone}:${port ?? ""}`).join(" "),
    ...directives.flatMap((directive) => outlineDirective(directive, "  ")),
  ]);
}

function outlineDirective(directive: Directive, indent: string): string[] {
  const words = [directive.name, ...directive.args].map(({ text }) => text || '""');
  const body = directive.body.flatMap((sub) => outlineDirective(sub, `${indent}  `));
  return [`${indent}${words.join(" ")}${directive.hasBody ? " {" : ""}`, ...body];
}

/** Matches the CorefileError with this message. */
function refusal(message: string): unknown {
  return expect.objectContaining({ name: "CorefileError", message });
}

/** Files by path; a pattern matches by what is before and behind its `*`. */
function memoryFiles(files: Readonly<Record<string, string>>): ParseOptions {
  return {
    env: {},
    readFile(path): string {
      const text = files[path];
      if (text === undefined) throw new Error("no such file");
      return text;
    },
    glob(pattern): string[] {
      const [before = "", behind = ""] = pattern.split("*");
      return Object.keys(files).filter((path) => path.startsWith(before) && path.endsWith(behind));
    },
  };
}

function parse(text: string, files: Readonly<Record<string, string>> = {}): string[] {
  return outline(parseCorefile(text, "Corefile", memoryFiles(files)));
}

describe("grammar", () => {
  const cases: [title: string, text: string, expected: string[]][] = [
    ["an empty file has no blocks", "", []],
    ["white space and comments have none either", " \n# nothing\n\t", []],
    ["a block in braces", ". {\n whoami\n}", ["dns://.:", "  whoami"]],
    [
      "a block without braces goes on to the end",
      ".\nlog\nwhoami",
      ["dns://.:", "  log", "  whoami"],
    ],
    ["a key on its own is a block", "example.org", ["dns://example.org.:"]],
    ["an empty block", ". { }", ["dns://.:"]],
    ["a brace on the line after the keys", ".\n{\nwhoami\n}", ["dns://.:", "  whoami"]],
    ["a directive on the line of the brace", ". { whoami\n}", ["dns://.:", "  whoami"]],
    ["two blocks", "a {\n}\nb {\n}", ["dns://a.:", "dns://b.:"]],
    ["two blocks that share a line", "a {\n} b {\n}", ["dns://a.:", "dns://b.:"]],
    ["keys parted by spaces", "a b {\n}", ["dns://a.: dns://b.:"]],
    ["keys parted by commas", "a, b {\n}", ["dns://a.: dns://b.:"]],
    ["a comma between spaces", "a , b {\n}", ["dns://a.: dns://b.:"]],
    ["keys over lines after a comma", "a,\n\nb {\n}", ["dns://a.: dns://b.:"]],
    ["arguments", ". {\nforward . 9.9.9.9 1.1.1.1\n}", ["dns://.:", "  forward . 9.9.9.9 1.1.1.1"]],
    [
      "bodies in bodies",
      ". {\nview x {\n match {\n  a 1\n }\n other\n}\n}",
      ["dns://.:", "  view x {", "    match {", "      a 1", "    other"],
    ],
    ["an empty body", ". {\ncache { }\nlog {\n}\n}", ["dns://.:", "  cache {", "  log {"]],
    ["quotes", '. {\nlog "a b" ""\n}', ["dns://.:", '  log a b ""']],
    ["quotes over lines", '. {\nlog "a\nb" c\nwhoami\n}', ["dns://.:", "  log a\nb c", "  whoami"]],
    ["escaped quotes", '. {\nlog "a \\"b\\" \\d"\n}', ["dns://.:", '  log a "b" \\d']],
    ["a backslash before a closing quote", '. {\nlog "a\\\\" b\n}', ["dns://.:", "  log a\\\\ b"]],
    ["a quote inside a word is a character", '. {\nlog a"b c\n}', ["dns://.:", '  log a"b c']],
    ["a word right behind quotes is the next", '. {\nlog "a"b\n}', ["dns://.:", "  log a b"]],
    ["braces in quotes are text", '. {\nlog "{" "}"\n}', ["dns://.:", "  log { }"]],
    ["braces inside words are text", ". {\nlog {x}\n}", ["dns://.:", "  log {x}"]],
    ["a backquote is a character", ". {\nlog `a b`\n}", ["dns://.:", "  log `a b`"]],
    [
      "a backslash at the end of a line is one",
      ". {\nlog \\\nx\n}",
      ["dns://.:", "  log \\", "  x"],
    ],
    ["comments, also right behind a word", ". { # a {\nlog#b c\n# }\n}", ["dns://.:", "  log"]],
    ["a number sign in quotes is text", '. {\nlog "#a"\n}', ["dns://.:", "  log #a"]],
    ["CRLF", ". {\r\nlog a\r\nwhoami\r\n}\r\n", ["dns://.:", "  log a", "  whoami"]],
    ["a byte order mark", "\uFEFF. {\n}", ["dns://.:"]],
    ["Unicode white space", ".\u00A0{\u2003log\u3000a\n}", ["dns://.:", "  log a"]],
    ["import as an argument is a word", ". {\nlog import\n}", ["dns://.:", "  log import"]],
  ];
  test.each(cases)("%s", (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });
});

describe("environment variables", () => {
  const env = { A: "one", B: "two words", LOOP: "{$LOOP}", ZONE: "example.org" };
  const cases: [text: string, expected: string[]][] = [
    ["{$ZONE}:53 {\n}", ["dns://example.org.:53"]],
    ["{$UNSET} a {\n}", ["dns://a.:"]],
    ["{$UNSET} {\n}", ["dns://.:"]],
    [". {\nlog {$A} {%A%} x{$A}y{%A%}z\n}", ["dns://.:", "  log one one xoneyonez"]],
    [". {\nlog {$B}\n}", ["dns://.:", "  log two words"]],
    ['. {\nlog "{$A} {$A}" {$UNSET}\n}', ["dns://.:", '  log one one ""']],
    [". {\nlog {$} {%%} {$LOOP} {$toString}\n}", ["dns://.:", '  log {$} {%%} {$LOOP} ""']],
    [". {\n{$A}\n}", ["dns://.:", "  one"]],
  ];
  test.each(cases)("expand in %j", (text, expected) => {
    expect(outline(parseCorefile(text, "Corefile", { env }))).toEqual(expected);
  });
});

describe("imports", () => {
  const cases: [title: string, text: string, files: Record<string, string>, expected: string[]][] =
    [
      [
        "of a snippet",
        "(s) {\nlog\n}\n. {\nimport s\nwhoami\n}",
        {},
        ["dns://.:", "  log", "  whoami"],
      ],
      [
        "of a snippet on one line, twice",
        "(s) { log }\n. {\nimport s\nimport s\n}",
        {},
        ["dns://.:", "  log", "  log"],
      ],
      [
        "of a snippet inside a body",
        "(s) {\nsuccess 1\n}\n. {\ncache {\nimport s\ndenial 2\n}\n}",
        {},
        ["dns://.:", "  cache {", "    success 1", "    denial 2"],
      ],
      [
        "of a snippet by a snippet",
        "(a) {\nlog\n}\n(b) {\nimport a\n}\n. {\nimport b\n}",
        {},
        ["dns://.:", "  log"],
      ],
      [
        "of a snippet by a snippet inside a body",
        "(a) {\ndenial 2\n}\n(b) {\nimport a\n}\n. {\ncache {\nimport b\n}\n}",
        {},
        ["dns://.:", "  cache {", "    denial 2"],
      ],
      [
        "on the line of a brace",
        "(s) {\nlog\n}\n. { import s\ncache { import s\n}\n}",
        {},
        ["dns://.:", "  log", "  cache {", "    log"],
      ],
      [
        "of whole blocks by a snippet",
        "(s) {\na {\nlog\n}\n}\nimport s",
        {},
        ["dns://a.:", "  log"],
      ],
      ["of a file", ". {\nimport x\n}", { x: "log\nwhoami" }, ["dns://.:", "  log", "  whoami"]],
      [
        "of a file at the top",
        "import x\nb {\n}",
        { x: "a {\nlog\n}" },
        ["dns://a.:", "  log", "dns://b.:"],
      ],
      [
        "of snippets from a file",
        "import x\n. {\nimport s\n}",
        { x: "(s) {\nlog\n}" },
        ["dns://.:", "  log"],
      ],
      ["of keys", "a,\nimport x {\n}".replace(" {", "\n{"), { x: "b" }, ["dns://a.: dns://b.:"]],
      [
        "of a pattern",
        ". {\nimport d/*.c\n}",
        { "d/1.c": "a", "d/2.c": "b", "d/3.x": "c" },
        ["dns://.:", "  a", "  b"],
      ],
      [
        "of a pattern that matches nothing",
        "import *.s\n. {\nimport d/*.c\nlog\n}",
        {},
        ["dns://.:", "  log"],
      ],
      [
        "of a path relative to the importing file",
        ". {\nimport d/x\n}",
        { "d/x": "import y", "d/y": "log" },
        ["dns://.:", "  log"],
      ],
      [
        "of one file twice",
        ". {\nimport x\nimport x\n}",
        { x: "log" },
        ["dns://.:", "  log", "  log"],
      ],
      [
        "of a file next to it in a pattern",
        ". {\nimport d/*.c\n}",
        { "d/1.c": "import 2.c", "d/2.c": "b" },
        ["dns://.:", "  b", "  b"],
      ],
      [
        "of a path from a variable",
        "(s) {\nlog\n}\n. {\nimport {$S}\n}",
        {},
        ["dns://.:", "  log"],
      ],
    ];
  test.each(cases)("%s", (_, text, files, expected) => {
    const options = { ...memoryFiles(files), env: { S: "s" } };
    expect(outline(parseCorefile(text, "Corefile", options))).toEqual(expected);
  });

  test("leave tokens the file and line where they are written", () => {
    const text = "(s) {\n\nlog\n}\n. {\nimport s\nimport d/x\n}";
    const [block] = parseCorefile(text, "Corefile", memoryFiles({ "d/x": "\n\nwhoami a" }));
    const [log, whoami] = block?.directives ?? [];
    expect(log).toMatchObject({ file: "Corefile", line: 3 });
    expect(whoami?.args[0]).toMatchObject({ file: "d/x", line: 3, text: "a", scope: "whoami" });
  });
});

describe("errors name file, line, what was found and what would be right", () => {
  const deep = `. {\n${"a {\n".repeat(80)}`;
  const cases: [text: string, expected: string][] = [
    [". {\nlog", 'Corefile:1: Unclosed "{" of ".": expected "}" before the end of the file'],
    [". {\ncache {\n}", 'Corefile:1: Unclosed "{" of ".": expected "}" before the end of the file'],
    [
      ". {\n\ncache {\n",
      'Corefile:3: Unclosed "{" of "cache": expected "}" before the end of the file',
    ],
    ["(s) {\nlog", 'Corefile:1: Unclosed "{" of "(s)": expected "}" before the end of the file'],
    ['. {\nlog "a\nb\n}', 'Corefile:2: Unclosed quote: expected a closing " for "a'],
    ["}", 'Corefile:1: Unexpected "}": no block is open'],
    [". {\n}\n}", 'Corefile:3: Unexpected "}": no block is open'],
    [".\nlog\n}", 'Corefile:3: Unexpected "}": no block is open'],
    [
      "{\nlog\n}",
      'Corefile:1: Unexpected "{": a server block begins with its zone, "." for the root',
    ],
    [". {\nlog\n{\n}\n}", 'Corefile:3: Unexpected "{": it belongs on the line of its directive'],
    [". { whoami }", 'Corefile:1: Unexpected "}" after "whoami": it belongs on a line of its own'],
    [
      ". {\nlog {\nclass error }\n}",
      'Corefile:3: Unexpected "}" after "error": it belongs on a line of its own',
    ],
    [
      ". {\nlog {\n} whoami\n}",
      'Corefile:3: Unexpected "whoami" after "}": expected the end of the line',
    ],
    ["a, {\n}", 'Corefile:1: Expected another server key after ",", found "{"'],
    ["a,", 'Corefile:1: Expected another server key after ",", found the end of the file'],
    [
      "a\nb.c {\n}",
      'Corefile:2: Unexpected server key "b.c": the block of "a" has no braces, so it is the file\'s only one',
    ],
    [deep, "Corefile:65: Too many braces: over 64 in each other"],
    [
      ". {\nimport\nlog\n}",
      'Corefile:2: Expected a snippet, file or pattern after "import", found the end of the line',
    ],
    [". {\nimport a b\n}", 'Corefile:2: Unexpected "b": "import" takes one argument'],
    ['. {\nimport ""\n}', 'Corefile:2: Cannot import "": expected a snippet, file or pattern'],
    [
      "(commons) {\n}\n. {\nimport common\n}",
      'Corefile:4: Cannot import "common": no snippet of that name above, and no file "common": no such file: did you mean "commons"?',
    ],
    [
      ". {\nimport s\n}\n(s) {\n}",
      'Corefile:2: Cannot import "s": no snippet of that name above, and no file "s": no such file',
    ],
    [
      ". {\nimport *a*\n}",
      'Corefile:2: Cannot import "*a*": expected at most one "*" and one "?" in the pattern, and no "[ ]"',
    ],
    ["(s) {\n}\n(s) {\n}", 'Corefile:3: Snippet "s" is defined twice'],
    ["(s)\nlog", 'Corefile:1: Expected "{" after snippet "(s)", found the end of the line'],
    ["(s) {\nimport s\n}\n. {\nimport s\n}", 'Corefile:2: Cannot import "s": (s) imports (s)'],
    [
      "(a) {\nimport b\n}\n(b) {\nimport a\n}\n. {\nimport a\n}",
      'Corefile:5: Cannot import "a": (a) imports (b) imports (a)',
    ],
    ["import Corefile", 'Corefile:1: Cannot import "Corefile": Corefile imports Corefile'],
    [". {\nimport d/a\n}", 'd/b:2: Cannot import "a": d/a imports d/b imports d/a'],
    [
      "foo://a {\n}",
      'Corefile:1: Unknown scheme "foo" in "foo://a", expected dns://, tls://, https://, https3://, quic://, grpc://',
    ],
    ["\na:x {\n}", 'Corefile:2: Bad port "x" in "a:x": not a number from 0 to 65535'],
    ["a..b {\n}", 'Corefile:1: Bad zone: Cannot parse name "a..b.": empty label'],
  ];
  test.each(cases)("%j", (text, expected) => {
    const files = { Corefile: text, "d/a": "import b", "d/b": "log\nimport a" };
    expect(() => parse(text, files)).toThrow(refusal(expected));
  });

  test("snippets that double each other end soon", () => {
    const snippets = Array.from(
      { length: 40 },
      (_, i) => `(s${i + 1}) {\nimport s${i}\nimport s${i}\n}`,
    );
    const text = ["(s0) {\nlog\n}", ...snippets, ". {\nimport s40\n}"].join("\n");
    expect(() => parse(text)).toThrow(/over 10000 imports$/);
  });

  test("a long chain of snippets ends", () => {
    const snippets = Array.from({ length: 200 }, (_, i) => `(s${i + 1}) {\nimport s${i}\n}`);
    const text = ["(s0) {\n}", ...snippets, ". {\nimport s200\n}"].join("\n");
    expect(() => parse(text)).toThrow(/over 100 deep$/);
  });

  test("a big snippet cannot be imported without end", () => {
    const text = `(s) {\n${"log\n".repeat(2_000)}}\n. {\n${"import s\n".repeat(600)}}`;
    expect(() => parse(text)).toThrow(/over 1000000 words imported$/);
  });
});

function kubernetes(subs: readonly string[]): string[] {
  return ["  kubernetes cluster.local in-addr.arpa ip6.arpa {", ...subs.map((sub) => `    ${sub}`)];
}

interface NodeLocalBlock {
  readonly cache: string[];
  readonly forward: string[];
  readonly health?: string[];
}

function nodeLocal(zone: string, { cache, forward, health = [] }: NodeLocalBlock): string[] {
  const bind = "  bind 169.254.20.10 10.96.0.10";
  const start = [`dns://${zone}:53`, "  errors", ...cache, "  reload", "  loop", bind];
  return [...start, ...forward, "  prometheus :9253", ...health];
}

describe("the default Corefile", () => {
  const pods = ["pods insecure", "fallthrough in-addr.arpa ip6.arpa"];
  const toCluster = ["  forward . 10.96.0.11 {", "    force_tcp"];
  const ends = ["  loop", "  reload", "  loadbalance"];
  const denial = ["  cache 900 {", "    denial 9984 30"];
  const logErrors = ["  errors", "  log . {", "    class error"];
  const cases: [name: string, expected: string[]][] = [
    [
      "kubeadm",
      [
        "dns://.:53",
        "  errors",
        "  health {",
        "    lameduck 5s",
        "  ready",
        ...kubernetes([...pods, "ttl 30"]),
        "  prometheus :9153",
        "  forward . /etc/resolv.conf {",
        "    max_concurrent 1000",
        "  cache 30 {",
        "    disable success cluster.local",
        "    disable denial cluster.local",
        ...ends,
      ],
    ],
    [
      "k3s",
      [
        "dns://.:53",
        "  errors",
        "  health",
        "  ready",
        ...kubernetes(pods),
        "  hosts /etc/coredns/NodeHosts {",
        "    ttl 60",
        "    reload 15s",
        "    fallthrough",
        "  prometheus :9153",
        "  cache 30",
        ...ends,
        "  rewrite name a.example b.example",
        "  forward . /etc/resolv.conf",
        "dns://corp.example.:",
        "  forward . 10.0.0.1",
      ],
    ],
    [
      "eks",
      [
        "dns://.:53",
        "  errors",
        "  health {",
        "    lameduck 5s",
        "  ready",
        ...kubernetes(pods),
        "  prometheus :9153",
        "  forward . /etc/resolv.conf",
        "  cache 30",
        ...ends,
      ],
    ],
    [
      "aks",
      [
        "dns://.:53",
        "  errors",
        "  ready",
        "  health {",
        "    lameduck 5s",
        ...kubernetes([...pods, "ttl 30"]),
        "  prometheus :9153",
        "  forward . /etc/resolv.conf",
        "  cache 30",
        ...ends,
        "  template ANY ANY internal.cloudapp.net {",
        "    match ^(?:[^.]+\\.){4,}internal\\.cloudapp\\.net\\.$",
        "    rcode NXDOMAIN",
        "    fallthrough",
        "  template ANY ANY reddog.microsoft.com {",
        "    rcode NXDOMAIN",
      ],
    ],
    [
      "openshift",
      [
        "dns://foo.com.:5353",
        "  prometheus 127.0.0.1:9153",
        "  forward . 1.1.1.1 2.2.2.2:5353 {",
        "    policy random",
        ...logErrors,
        "  bufsize 1232",
        ...denial,
        "dns://.:5353",
        "  bufsize 1232",
        ...logErrors,
        "  health {",
        "    lameduck 20s",
        "  ready",
        ...kubernetes(pods),
        "  prometheus 127.0.0.1:9153",
        "  forward . /etc/resolv.conf {",
        "    policy sequential",
        ...denial,
        "  reload",
        "dns://hostname.bind.:5353",
        "  chaos",
      ],
    ],
    [
      "nodelocaldns",
      [
        ...nodeLocal("cluster.local.", {
          cache: ["  cache {", "    success 9984 30", "    denial 9984 5"],
          forward: toCluster,
          health: ["  health 169.254.20.10:8080"],
        }),
        ...nodeLocal("in-addr.arpa.", { cache: ["  cache 30"], forward: toCluster }),
        ...nodeLocal("ip6.arpa.", { cache: ["  cache 30"], forward: toCluster }),
        ...nodeLocal(".", { cache: ["  cache 30"], forward: ["  forward . /etc/resolv.conf"] }),
      ],
    ],
  ];
  test.each(cases)("of %s parses", (name, expected) => {
    const text = readFileSync(new URL(`testdata/${name}.Corefile`, import.meta.url), "utf8");
    const custom = {
      "/etc/coredns/custom/a.override": "rewrite name a.example b.example\n",
      "/etc/coredns/custom/b.server": "corp.example {\n forward . 10.0.0.1\n}\n",
    };
    expect(parse(text, custom)).toEqual(expected);
  });
});

describe.each([
  ["at once", async (path: string) => readCorefile(path)],
  ["aside", readCorefileAside],
])("reading from disk %s", (_how, read) => {
  let folder = "";
  afterEach(() => {
    if (folder !== "") rmSync(folder, { recursive: true });
    folder = "";
  });

  function write(files: Readonly<Record<string, string>>): string {
    folder ||= mkdtempSync(join(tmpdir(), "corefile-"));
    mkdirSync(join(folder, "custom", "..data"), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return join(folder, "Corefile");
  }

  async function writeAndDigest(files: Readonly<Record<string, string>>): Promise<string> {
    return (await read(write(files))).digest;
  }

  test("lists every file once, sorted where a pattern matched, without folders", async () => {
    const corefile = write({
      Corefile: ". {\nimport custom/*\nimport custom/a.x\nimport custo?/b.x\n}",
      "custom/b.x": "log",
      "custom/a.x": "whoami",
    });
    const { blocks, files } = await read(corefile);
    expect(outline(blocks)).toEqual(["dns://.:", "  whoami", "  log", "  whoami", "  log"]);
    expect(files).toEqual(
      ["Corefile", "custom/a.x", "custom/b.x"].map((name) => join(folder, name)),
    );
  });

  test("the digest is SHA-512 and changes with any file, new ones included", async () => {
    const first = await writeAndDigest({
      Corefile: ". {\nimport custom/*.x\n}",
      "custom/a.x": "log",
    });
    const same = await writeAndDigest({});
    const changed = await writeAndDigest({ "custom/a.x": "whoami" });
    const added = await writeAndDigest({ "custom/b.x": "" });
    expect(first).toMatch(/^[0-9a-f]{128}$/);
    expect(same).toBe(first);
    expect(new Set([first, changed, added]).size).toBe(3);
  });

  test("a file that is missing, or a folder, is an error in the place of the import", async () => {
    await expect(read(join(tmpdir(), "corefile-none", "Corefile"))).rejects.toThrow(
      /Corefile:1: Cannot read: no such file or folder$/,
    );
    await expect(read(write({ Corefile: ". {\nimport none\n}" }))).rejects.toThrow(
      /:2: Cannot import "none": no snippet .* no file ".*none": no such file or folder$/,
    );
    await expect(read(write({ Corefile: "\nimport custom" }))).rejects.toThrow(
      /:2: Cannot import "custom": .*not a regular file/,
    );
  });
});
