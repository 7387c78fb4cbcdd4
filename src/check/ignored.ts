import type { Piece } from "../corefile/lexer.ts";
import type { Finding, Rule, Seen } from "./rule.ts";

/** `# portolan-ignore: rule-id, rule-id` */
const COMMENT = /^#\s*portolan-ignore\b:?\s*(.*)$/s;

export const UNKNOWN_IGNORED: Rule = {
  id: "unknown-ignored",
  level: "warning",
  what: "a comment `portolan-ignore` names no rule, or one that does not exist",
  mend: "write `# portolan-ignore: RULE`, with an id of this table",
};

/** What comments in a Corefile keep from being told of. */
export interface Ignored {
  /** Whether a comment on its line or on the line above names its rule. Errors are told all the same. */
  has(finding: Finding): boolean;
  /** Comments that name rules which do not exist. */
  readonly mistakes: readonly Finding[];
}

/** @param known ids of all rules */
export function readIgnored({ files }: Pick<Seen, "files">, known: ReadonlySet<string>): Ignored {
  const ignored = new Set<string>();
  const mistakes: Finding[] = [];
  for (const pieces of files.values()) {
    for (const [i, piece] of pieces.entries()) {
      const ids = idsOf(piece);
      if (!ids) continue;
      const line = lineOf(pieces, i);
      for (const id of ids) if (known.has(id)) ignored.add(`${piece.file}:${line}:${id}`);
      const strange = ids.find((id) => !known.has(id));
      if (strange !== undefined || ids.length === 0) mistakes.push(mistake(piece, strange));
    }
  }
  return {
    has: ({ at, rule }) =>
      rule.level !== "error" && ignored.has(`${at.file}:${at.line}:${rule.id}`),
    mistakes,
  };
}

function idsOf({ kind, raw }: Piece): string[] | undefined {
  if (kind !== "comment") return undefined;
  const [, list] = COMMENT.exec(raw) ?? [];
  return list?.split(/[\s,]+/).filter((id) => id !== "");
}

/** That of the comment, or of the next word if it stands by itself. */
function lineOf(pieces: readonly Piece[], i: number): number | undefined {
  const comment = pieces[i];
  if (!comment?.startsLine) return comment?.line;
  return pieces.slice(i).find(({ kind }) => kind !== "comment")?.line;
}

function mistake(at: Piece, id: string | undefined): Finding {
  const message = id === undefined ? "no rule is named here" : `there is no rule "${id}"`;
  return { rule: UNKNOWN_IGNORED, at, message, hint: "see docs/check.md" };
}
