import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Portolan, ROOT } from "../run-portolan.ts";
import { terminalSvg } from "./terminal-svg.ts";

const PICTURE = join(ROOT, "docs/pictures/explain.svg");
const COLUMNS = 80;
/** As much as fits on a screen: the verdict, and the beginning of the way. */
const LINES = 26;

const folder = mkdtempSync(join(tmpdir(), "portolan-pictures-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("docs/pictures/explain.svg shows what explain says (npm run pictures makes it anew)", async () => {
  const corefile = `.:1053 {
    errors
    kubernetes cluster.local {
        manifests ${join(ROOT, "deploy/examples")}
    }
    cache 30
}
`;
  writeFileSync(join(folder, "Corefile"), corefile);
  const env = { PATH: process.env.PATH, FORCE_COLOR: "1" };
  const args = ["explain", "web.shpo", "-admin", "off"];
  const { stdout } = await new Portolan(args, undefined, [], folder, { env }).finished;
  // What differs from run to run, and from machine to machine.
  const steady = stdout
    .replaceAll(/\d+\.\d ms/g, "0.4 ms")
    .split("\n")
    .slice(0, LINES);
  const said = ["$ portolan explain web.shpo", ...steady, "      ..."].join("\n");
  const picture = terminalSvg(
    said,
    COLUMNS,
    "portolan explain web.shpo: there is no namespace shpo",
  );
  if (process.env["PORTOLAN_WRITE_DOCS"] === "1") writeFileSync(PICTURE, picture);
  expect(readFileSync(PICTURE, "utf8")).toBe(picture);
});
