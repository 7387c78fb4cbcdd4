import type { Row } from "./row.ts";
import { leftOut } from "./left-out.ts";
import { suites } from "./suites.ts";
import { isFor, transports } from "./transports.ts";

const HEAD = `# Conformance

Raw packets, and what must come of them: each row is a test (\`test/conformance/\`) that sends the packet over every
transport that it is for, and holds the whole reply against what is expected. This page is written by
\`npm run conformance:doc\` from the same table, and a test fails when it is out of date; "met" is therefore what the
tests say. CoreDNS 1.15.0 was asked the same, with the same Corefile and a *file* zone in place of the cluster; where
that was not possible, its column is of version 1.14.7 and says so. N07 to N20 are what an upstream said.

Besides, every reply to any of these packets keeps to the laws of \`test/conformance/laws.ts\`: the id, opcode, RD and CD
of the query, Z clear, the question octet by octet, OPT for those who sent one, none of the client's options back, no
more octets than the client can take.
`;

/** The text of docs/conformance.md. */
export function conformanceDocument(): string {
  const sections = suites.map(
    ({ title, rows }) =>
      `## ${title}\n\n${table(["ID", "RFC", "Probe", "Expected", "Over", "Portolan", "CoreDNS"], rows.map(cells))}`,
  );
  const out = leftOut.map(({ ids, why }) => [ids.join(", "), why]);
  const rest = out.length > 0 ? `\n## Left out\n\n${table(["ID", "Why"], out)}` : "";
  return `${HEAD}\n${sections.join("\n")}${rest}`;
}

function cells(row: Row): string[] {
  const { id, rfc, probe, expectation, coredns } = row;
  const names = new Set(transports.filter((kind) => isFor(row, kind)).map(({ name }) => name));
  return [id, rfc, probe, expectation, [...names].join(", "), "met", coredns];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (columns: readonly string[]): string =>
    `| ${columns.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}
