import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { endAll, Portolan, ROOT } from "./run-portolan.ts";

let folder: string;
const folders: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portolan-plugin-"));
  folders.push(folder);
});
afterAll(() => {
  endAll();
  for (const one of folders) rmSync(one, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), contents);
  }
}

/** A module whose plugin answers with what it imports from a file beside it. */
const MINE = `
import { definePlugin, parseRecord, Query, QueryError, Rcode, Reply } from "portolan/plugin";
import { said } from "./said.ts";

export const mine = definePlugin({
  api: 1,
  name: "mine",
  parse: () => undefined,
  create: () => ({
    serve(query) {
      const qname = query.qname.toString();
      if (qname === "slip.") throw new Error("a slip");
      if (qname === "late-slip.") return Promise.reject(new Error("a late slip"));
      if (qname === "nothing.") return undefined;
      if (qname === "refused.") throw new QueryError(Rcode.REFUSED, "not for you");
      const isQuery = query instanceof Query;
      return Reply.authoritative([parseRecord(\`\${qname} 60 IN TXT "\${said} \${isQuery}"\`)]);
    },
  }),
});
`;
const COREFILE = "plugin mine from ./mine.js\n.:0 {\n errors\n bind 127.0.0.1\n mine\n}\n";

async function started(): Promise<{ portolan: Portolan; resolver: Resolver }> {
  const portolan = new Portolan(["-conf", join(folder, "Corefile")]);
  const resolver = new Resolver({ tries: 1 });
  resolver.setServers([`127.0.0.1:${await portolan.port()}`]);
  return { portolan, resolver };
}

describe("a plugin in a module", () => {
  it("answers with the classes of the server itself, and what it throws fails one query", async () => {
    write({
      Corefile: COREFILE,
      "mine.js": MINE,
      "said.ts": 'export const said: string = "hello";',
    });
    const { portolan, resolver } = await started();
    await expect(resolver.resolveTxt("a.test")).resolves.toEqual([["hello true"]]);
    for (const name of ["slip", "late-slip", "nothing"]) {
      await expect(resolver.resolveTxt(name)).rejects.toMatchObject({ code: "ESERVFAIL" });
    }
    await expect(resolver.resolveTxt("refused")).rejects.toMatchObject({ code: "EREFUSED" });
    await expect(resolver.resolveTxt("b.test")).resolves.toEqual([["hello true"]]);
    const { stdout } = await portolan.stop();
    const place = String.raw`${folder}/mine\.js\S*:\d+`;
    expect(stdout).toMatch(
      new RegExp(`Recovered from panic in plugin: Error: a slip at .*${place}`),
    );
    expect(stdout).toContain("Recovered from panic in plugin: Error: a late slip");
    expect(stdout).toContain('plugin/mine: "serve" returned nothing: expected a Reply or DROPPED');
    expect(stdout).not.toContain("panic in plugin: QueryError");
  });

  it("is loaded anew by a reload if it or what it imports has changed", async () => {
    write({ Corefile: COREFILE, "mine.js": MINE, "said.ts": 'export const said = "one";' });
    const { portolan, resolver } = await started();
    await expect(resolver.resolveTxt("a.test")).resolves.toEqual([["one true"]]);
    write({ "said.ts": 'export const said = "two";' });
    portolan.child.kill("SIGHUP");
    await portolan.saying(/Reloading complete/);
    await expect(resolver.resolveTxt("a.test")).resolves.toEqual([["two true"]]);
    write({ "said.ts": "export const said = ;" });
    portolan.child.kill("SIGHUP");
    await portolan.saying(/Cannot reload.*Corefile:1: Cannot load plugin "mine" from ".\/mine.js"/);
    await expect(resolver.resolveTxt("a.test")).resolves.toEqual([["two true"]]);
    await portolan.stop();
  });

  it("may be a package, found from the Corefile's folder by its exports", async () => {
    write({
      Corefile: COREFILE.replace("./mine.js", "@me/mine"),
      "node_modules/@me/mine/package.json":
        '{ "name": "@me/mine", "type": "module", "exports": { "import": "./lib/mine.js" } }',
      "node_modules/@me/mine/lib/mine.js": MINE.replace("said.ts", "said.js"),
      "node_modules/@me/mine/lib/said.js": 'export const said = "packed";',
    });
    const { portolan, resolver } = await started();
    await expect(resolver.resolveTxt("a.test")).resolves.toEqual([["packed true"]]);
    await portolan.stop();
  });
});

describe("check", () => {
  it("tells of each mistake with file and line, and ends though a module keeps a timer", async () => {
    const good = 'api: 1, name: "good", parse: () => 1, create: () => ({})';
    write({
      "throws.js": 'export const a = 1;\nthrow new Error("no luck");\n',
      "syntax.js": "export const = 1;",
      "enum.ts": "export enum A { b }",
      "other-api.js": 'export const p = { api: 2, name: "other-api", parse: () => 1 };',
      "none.js": "export const x = 1;",
      "missing-import.js": 'import "./nowhere.js";',
      "good.js": `setInterval(() => {}, 1000); export const p = { ${good} };`,
      "create.js":
        'export const p = { api: 1, name: "create", parse: () => 1, create: () => { throw new Error("no luck"); } };',
      "start.js":
        'export const p = { api: 1, name: "start", parse: () => 1, create: () => ({ check: () => { throw new Error("no luck"); } }) };',
      Corefile: `plugin throws from ./throws.js
plugin syntax from ./syntax.js
plugin enum from ./enum.ts
plugin other-api from ./other-api.js
plugin none from ./none.js
plugin missing from ./missing.js
plugin missing-import from ./missing-import.js
plugin no-package from no-such-package
plugin cache from ./good.js
plugin good from ./good.js before cahe
plugin create from ./create.js
plugin start from ./start.js
.:1053 {
  throws and its words are nobody's to judge
  good
  create
  start
  god
}
`,
    });
    const portolan = new Portolan(["check", "-conf", join(folder, "Corefile")]);
    const { stdout, stderr, code } = await portolan.finished;
    expect(code).toBe(1);
    const lines = (stdout + stderr).split("\n").filter((line) => line.includes("Corefile:"));
    const said = lines.map((line) => line.slice(line.indexOf("Corefile:")));
    const expected = [
      'Corefile:1: Cannot load plugin "throws" from "./throws.js": no luck (throws.js:2)',
      'Corefile:2: Cannot load plugin "syntax" from "./syntax.js": Unexpected token',
      'Corefile:3: Cannot load plugin "enum" from "./enum.ts": TypeScript enum is not supported',
      'Corefile:4: Cannot load plugin "other-api" from "./other-api.js": it is written for api 2',
      'Corefile:5: Cannot load plugin "none" from "./none.js": it exports no plugin',
      'Corefile:6: Cannot load plugin "missing" from "./missing.js": no such file or folder',
      'Corefile:7: Cannot load plugin "missing-import" from "./missing-import.js": Cannot find module',
      'Corefile:8: Cannot load plugin "no-package" from "no-such-package": Cannot find package',
      'Corefile:9: Cannot define plugin "cache": Portolan has something of that name',
      'Corefile:10: Unknown plugin "cahe": did you mean "cache"?',
      'Corefile:16: plugin/create: mistake of the plugin: "create" has thrown: Error: no luck',
      "Corefile:17: plugin/start: no luck",
      'Corefile:18: Unknown directive "god"; did you mean "good"?',
    ];
    expect(said.map((line, i) => line.slice(0, expected[i]?.length))).toEqual(expected);
  });

  it("is content with a good one", async () => {
    write({
      Corefile: COREFILE,
      "mine.js": MINE,
      "said.ts": "setInterval(() => {}, 1000);\nexport const said = 1;",
    });
    const { code, stdout } = await new Portolan(["check", "-conf", join(folder, "Corefile")])
      .finished;
    expect([code, stdout]).toEqual([0, `${folder}/Corefile: ok, 1 server block\n`]);
  });
});

it("has types for a compiler outside of the checkout", () => {
  const compile = (...args: readonly string[]): string => {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    return spawnSync(process.execPath, [tsc, ...args], { cwd: ROOT, encoding: "utf8" }).stdout;
  };
  const installed = join(folder, "node_modules/portolan");
  const outDir = join(installed, "dist/types");
  const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    exports: object;
  };
  expect(compile("-p", "tsconfig.types.json", "--outDir", outDir)).toBe("");
  // What npm installs besides: dependencies, and what the page asks for.
  for (const name of ["@types", "pino"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  }
  const compilerOptions = { module: "nodenext", strict: true, noEmit: true, types: ["node"] };
  write({
    "node_modules/portolan/package.json": JSON.stringify({ name: "portolan", exports }),
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({ compilerOptions, include: ["*.ts"] }),
    "block.ts": readFileSync(join(ROOT, "deploy/examples/plugin/block.ts"), "utf8"),
  });
  expect(compile("-p", folder)).toBe("");
  write({ "wrong.ts": 'import { Reply } from "portolan/plugin";\nnew Reply("NXDOMAIN");\n' });
  expect(compile("-p", folder)).toContain("wrong.ts(2,11): error TS2345");
});

it("the example passes its own test", async () => {
  const args = ["--test", "deploy/examples/plugin/block.test.ts"];
  const env = { ...process.env, PORTOLAN: join(ROOT, "dist/main.js") };
  const child = spawn(process.execPath, args, { cwd: ROOT, env });
  const said = await text(child.stdout);
  expect(said).toMatch(/pass 2\n.*fail 0/);
});
