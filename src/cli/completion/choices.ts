import type { RrType } from "../../dns/iana/rr-type.ts";
import type { Command } from "../command-description.ts";
import { flagsOf } from "../command-description.ts";
import type { ValueKind } from "../flag-description.ts";
import { writtenFlag } from "../flag-description.ts";

/** The types that people ask for; every other one may be written all the same. */
const TYPES = [
  "A",
  "AAAA",
  "CNAME",
  "SRV",
  "PTR",
  "TXT",
  "MX",
  "NS",
  "SOA",
  "ANY",
  "CAA",
  "DNSKEY",
  "DS",
  "HINFO",
  "HTTPS",
  "LOC",
  "NAPTR",
  "NSEC",
  "NSEC3",
  "RRSIG",
  "SSHFP",
  "SVCB",
  "TLSA",
  "URI",
] as const satisfies readonly (keyof typeof RrType)[];

/** What may stand at a place. */
export interface Choices {
  readonly words: readonly string[];
  readonly isFile: boolean;
}

export interface FlagChoices {
  /** As it is written, by all of its names: "-port", "-p". */
  readonly forms: readonly string[];
  readonly summary: string;
  /** Undefined for a switch. */
  readonly value: (Choices & { readonly name: string }) | undefined;
}

/** What may stand behind some words of a command line. */
export interface Place {
  /** "explain", "cache flush"; "" for the beginning. */
  readonly behind: string;
  readonly flags: readonly FlagChoices[];
  readonly words: Choices;
  /** The next words of commands that begin so. */
  readonly commands: readonly NextWord[];
}

export interface NextWord {
  readonly word: string;
  readonly summary: string;
}

/** Longer beginnings first, so that the first that fits is the one. */
export function placesOf(commands: readonly Command[]): Place[] {
  const names = commands.map(({ name }) => name);
  const beginnings = names.filter((name) => name.includes(" ")).map((name) => firstWord(name));
  const all = [...new Set([...names, ...beginnings])];
  return all.map((behind) => placeBehind(behind, commands)).sort(longerFirst);
}

function placeBehind(behind: string, commands: readonly Command[]): Place {
  const command = commands.find(({ name }) => name === behind);
  const operands = command?.operands ?? [];
  return {
    behind,
    flags: command ? Object.entries(flagsOf(command)).map(flagChoices) : [],
    words: unite(operands.map(({ kind }) => choicesOf(kind, commands))),
    commands: nextWords(behind, commands),
  };

  function flagChoices([name, flag]: [string, ReturnType<typeof flagsOf>[string]]): FlagChoices {
    const { summary, value, kind, also = [] } = flag;
    return {
      forms: [name, ...also].map(writtenFlag),
      summary,
      value: value === undefined ? undefined : { name: value, ...choicesOf(kind, commands) },
    };
  }
}

function choicesOf(kind: ValueKind | undefined, commands: readonly Command[]): Choices {
  if (kind === undefined || kind === "text") return { words: [], isFile: false };
  if (kind === "file") return { words: [], isFile: true };
  if (kind === "type") return { words: TYPES, isFile: false };
  if (kind !== "command") return { words: kind, isFile: false };
  return { words: nextWords("", commands).map(({ word }) => word), isFile: false };
}

function unite(all: readonly Choices[]): Choices {
  return { words: all.flatMap(({ words }) => words), isFile: all.some(({ isFile }) => isFile) };
}

/** Of several commands that go on so, the first says what for. */
function nextWords(behind: string, commands: readonly Command[]): NextWord[] {
  const start = behind === "" ? "" : `${behind} `;
  const next = new Map<string, string>();
  for (const { name, summary } of commands) {
    if (name === behind || !name.startsWith(start)) continue;
    const word = firstWord(name.slice(start.length));
    if (!next.has(word)) next.set(word, summary);
  }
  return [...next].map(([word, summary]) => ({ word, summary }));
}

function firstWord(name: string): string {
  return name.split(" ", 1)[0] ?? "";
}

function longerFirst({ behind: one }: Place, { behind: other }: Place): number {
  return other.length - one.length;
}
