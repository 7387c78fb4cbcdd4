import { printable } from "../../text/printable.ts";
import { wrap } from "../../text/wrap.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./rules.ts";

/** The two answers, and then each finding with what to do. */
export function formatFindings(
  { name, ofServer, ofProgram }: Facts,
  findings: readonly Finding[],
): string {
  const asked = [
    `${name}, of Portolan: ${ofServer.text}\n`,
    `${name}, as programs ask: ${ofProgram.text}\n`,
  ];
  const told = findings.map(({ level, text, remedy }) => {
    return `\n${wrap(`${level}: ${text}`, "")}${wrap(`remedy: ${remedy}`, "    ")}`;
  });
  return printable([...asked, ...told].join(""));
}
