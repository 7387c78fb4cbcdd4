import { expect, it } from "vitest";
import { readDocument, section } from "./readme.ts";

const page = readDocument("docs/scaling.md");

/** MiB that a row of the table of memory has for Portolan. */
function measured(row: string): number {
  const line = section(page, "Memory")
    .split("\n")
    .find((one) => one.startsWith(`| ${row}`));
  return Number(line?.split("|")[2]?.replace("MiB", ""));
}

it("docs/scaling.md makes its formula of what was measured", () => {
  const base = measured("with next to nothing");
  const service = measured("1,000 Services");
  const pod = measured("1,000 Pods");
  const formula = `(${base} + ${service} x Services / 1000 + ${pod} x Pods / 1000)`;
  expect(page).toContain(`limit = 1.5 x ${formula}`);
});

it("docs/scaling.md gives limits as its formula and CoreDNS's rule have them", () => {
  const rows = [
    ...page.matchAll(
      /^\| ([\d,]+) Services, ([\d,]+) Pods(, `pods verified`)? \| (\d+) MiB \| (\d+) MB \|$/gm,
    ),
  ];
  expect(rows.length).toBe(4);
  for (const [row, ...cells] of rows) {
    const [services = 0, pods = 0] = cells
      .slice(0, 2)
      .map((cell) => Number(cell?.replace(",", "")));
    const watched = cells[2] === undefined ? 0 : pods;
    const ours = Math.round(1.5 * (80 + (4.2 * services + 0.6 * watched) / 1000));
    const theirs = Math.round((services + pods) / 1000 + 54);
    expect([row, cells[3], cells[4]]).toEqual([row, String(ours), String(theirs)]);
  }
});

it("docs/scaling.md says what the manifests have as their limit", () => {
  const [, limit] =
    /memory: (\d+Mi)\n\s*(?:$|[a-z])/m.exec(
      readDocument("deploy/kubernetes/base/deployment.yaml").split("limits:")[1] ?? "",
    ) ?? [];
  expect(section(page, "Memory")).toContain(`The ${limit} in\n\`deploy/\``.replace("\n", " "));
});
