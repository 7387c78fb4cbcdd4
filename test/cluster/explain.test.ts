import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDocument } from "../documents/readme.ts";
import { endAll } from "../run-portolan.ts";
import { HEALTHY } from "./explain/healthy-names.ts";
import { MIXED } from "./explain/mixed-cases.ts";
import { inParallel } from "./in-parallel.ts";
import { ExplainedCluster } from "./explain/explained-cluster.ts";
import { STAGED, STAGED_ELSEWHERE } from "./explain/staged-causes.ts";

/** Whatever is in names, labels and messages of objects. */
const PRINTABLE = /^[ -~]*$/;

/** Lines are broken anywhere where a word is too long for them; and no two questions take the same time. */
function inOneWord(text: string): string {
  return text.replaceAll(/took \d+ ms| /g, "");
}

let cluster: ExplainedCluster;
beforeAll(async () => (cluster = await ExplainedCluster.start()));
afterAll(async () => {
  endAll();
  await cluster.stop();
});

describe("each cause is named, in JSON and in text", () => {
  it.each(STAGED)("$code: $line", async ({ code, line, sentence, corefile = "usual" }) => {
    const server = await cluster.server(corefile);
    const said = await server.explain(line);
    expect(JSON.stringify(said.explanation)).toMatch(PRINTABLE);
    expect([said.code, said.exit]).toEqual([code, code === "well" ? 0 : 2]);
    expect(said.sentence).toMatch(sentence);
    const text = await server.text(line);
    expect(text).toMatch(PRINTABLE);
    expect(
      text.startsWith(
        `${said.explanation.verdict.level === "fine" ? "ok" : said.explanation.verdict.level} [${code}] `,
      ),
    ).toBe(true);
    expect(inOneWord(text)).toContain(inOneWord(said.sentence));
  });

  it("all causes of docs/troubleshooting.md, and no others", () => {
    const rows = readDocument("docs/troubleshooting.md").matchAll(
      /^\| [^|]+ \| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm,
    );
    const documented = [...rows].flatMap(([, codes = ""]) => codes.replaceAll("`", "").split(", "));
    const staged = [...STAGED.map(({ code }) => code), ...Object.keys(STAGED_ELSEWHERE)];
    expect(documented.length).toBeGreaterThan(25);
    expect([...new Set(staged)].toSorted()).toEqual(documented.toSorted());
  });
});

describe("of two causes at once the one is said first that comes first", () => {
  it.each(MIXED)("$why", async ({ code, line, sentence, corefile = "usual" }) => {
    const server = await cluster.server(corefile);
    const said = await server.explain(line);
    expect(`${said.code}: ${said.sentence}`).toMatch(new RegExp(`^${code}: `));
    expect(said.sentence).toMatch(sentence);
    expect(await server.text(line)).toContain(`[${code}] `);
  });
});

it("of more than fifty healthy names none is called ill", async () => {
  expect(HEALTHY.length).toBeGreaterThanOrEqual(50);
  const server = await cluster.server("usual");
  const ill: string[] = [];
  await inParallel(HEALTHY, 4, async (line) => {
    const { code, sentence, exit } = await server.explain(line);
    if (code !== "well" || exit !== 0) ill.push(`${line}: ${code}: ${sentence}`);
  });
  expect(ill).toEqual([]);
});
