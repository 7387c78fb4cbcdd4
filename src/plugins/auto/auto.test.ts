import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { until } from "../../testing/until.ts";
import { Auto } from "./auto.ts";
import { parseAuto } from "./parse.ts";

let folder = "";
const running: Auto[] = [];
const { log, lines } = recordingLog();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "auto-"));
  lines.length = 0;
});

afterEach(async () => {
  for (const one of running.splice(0)) one.stop();
  await rm(folder, { recursive: true });
});

function write(file: string, serial = 1, more = ""): Promise<void> {
  const text = `$TTL 300\n@ SOA ns host ${serial} 1 1 1 60\n@ NS ns\nns A 192.0.2.${serial}\n${more}`;
  return writeFile(join(folder, file), text);
}

async function start(body = "", zones = ["."]): Promise<Auto> {
  const text = `auto {\ndirectory ${folder}${body}\n}`;
  const one = new Auto(parseAuto(testDirective(text)), testContext({ zones, log }));
  running.push(one);
  await one.start();
  return one;
}

function asked(one: Auto, zone: string): Promise<Sections> {
  return ask(one, testQuery(`ns.${zone}`, "A"));
}

/** What `asked` gives for a name that is the next plugin's. */
const NOT_OURS = { rcode: "BADTRUNC" };

describe("the zones of a folder", () => {
  it("are served by the names of their files, also of those below it", async () => {
    await write("db.example.org");
    await mkdir(join(folder, "more"));
    await write("more/db.example.net", 2);
    await write("readme");
    const one = await start();
    expect(await asked(one, "example.org.")).toMatchObject({
      answer: ["ns.example.org. 300 IN A 192.0.2.1"],
    });
    expect(await asked(one, "example.net.")).toMatchObject({
      answer: ["ns.example.net. 300 IN A 192.0.2.2"],
    });
    expect(await asked(one, "example.com.")).toMatchObject(NOT_OURS);
  });

  it("have the names that a pattern finds", async () => {
    await write("example.org.zone");
    await write("example.net.zone.bak");
    const one = await start(" ^(.*)\\.zone$ {1}");
    expect(await asked(one, "example.org.")).toMatchObject({ rcode: "NOERROR" });
    expect(await asked(one, "example.net.")).toMatchObject(NOT_OURS);
  });

  it("are answered for only within the zones of the directive", async () => {
    await write("db.example.org");
    const one = await start("", ["net"]);
    expect(await asked(one, "example.org.")).toMatchObject(NOT_OURS);
  });

  it("come and go with their files, and what was said without them ends", async () => {
    await write("db.example.org");
    const one = await start("\nreload 1ms");
    const before = one.zones.members;
    await write("db.a.example.org", 7);
    await until(() => one.zones.get(Name.parse("a.example.org.")) !== undefined);
    expect(before.isCurrent).toBe(false);
    expect(await asked(one, "a.example.org.")).toMatchObject({
      answer: ["ns.a.example.org. 300 IN A 192.0.2.7"],
    });
    await rm(join(folder, "db.a.example.org"));
    await until(() => one.zones.get(Name.parse("a.example.org.")) === undefined);
    expect(await asked(one, "a.example.org.")).toMatchObject({ rcode: "NXDOMAIN" });
  });

  it("are read again with another serial number", async () => {
    await write("db.example.org");
    const one = await start("\nreload 1ms");
    await write("db.new", 5);
    await rename(join(folder, "db.new"), join(folder, "db.example.org"));
    await until(() => one.zones.get(Name.parse("example.org."))?.serial === 5);
    expect(await asked(one, "example.org.")).toMatchObject({
      answer: ["ns.example.org. 300 IN A 192.0.2.5"],
    });
  });

  it("of which one is wrong are served but for that", async () => {
    await write("db.example.org");
    await write("db.example.net", 1, "ns CNAME x\n");
    const one = await start();
    expect(await asked(one, "example.org.")).toMatchObject({ rcode: "NOERROR" });
    expect(await asked(one, "example.net.")).toMatchObject(NOT_OURS);
    expect(lines.join("\n")).toContain("CNAME beside A");
  });

  it("stay if the folder cannot be read any more", async () => {
    await write("db.example.org");
    const one = await start("\nreload 1ms");
    await rename(folder, `${folder}-away`);
    await until(() => lines.some((line) => line.includes("Cannot read folder")));
    await rename(`${folder}-away`, folder);
    expect(await asked(one, "example.org.")).toMatchObject({ rcode: "NOERROR" });
  });

  it("are read once from a mounted ConfigMap", async () => {
    await mkdir(join(folder, "..2026"));
    await write("..2026/db.example.org");
    await symlink("..2026", join(folder, "..data"));
    await symlink("..data/db.example.org", join(folder, "db.example.org"));
    const one = await start();
    expect(await asked(one, "example.org.")).toMatchObject({ rcode: "NOERROR" });
    expect(lines.filter((line) => line.startsWith("warn"))).toEqual([]);
  });

  it("with two files are read from the first, with a warning", async () => {
    await mkdir(join(folder, "a"));
    await write("a/db.example.org", 3);
    await write("db.example.org", 4);
    const one = await start();
    expect(await asked(one, "example.org.")).toMatchObject({
      answer: ["ns.example.org. 300 IN A 192.0.2.3"],
    });
    expect(lines.join("\n")).toContain('Zone "example.org." has several files');
  });
});

describe("the directive", () => {
  it.each([
    ["auto", /missing property "directory"/],
    ["auto {\ndirectory\n}", /missing argument/],
    ["auto {\ndirectory zones db\\.(.*)\n}", /the template of the origin/],
    ["auto {\ndirectory zones db {1}\n}", /"db" has no group/],
    ["auto {\ndirectory zones ( {1}\n}", /cannot parse regular expression/],
    ["auto {\ndirectory zones\nreload never\n}", /never/],
  ])("is refused: %j", (text, message) => {
    expect(() => parseAuto(testDirective(text))).toThrow(message);
  });
});
