import { dirname, isAbsolute, join } from "node:path";
import { hasWildcard } from "../../corefile/config-files.ts";
import type { Piece } from "../../corefile/lexer.ts";
import type { Lint, Machine, Seen } from "../rule.ts";

/** All words of a file, with the next one of each. */
function* pairs({ files }: Seen): Iterable<{ readonly word: Piece; readonly next?: Piece }> {
  for (const all of files.values()) {
    const words = all.filter(({ kind }) => kind !== "comment");
    for (const [i, word] of words.entries()) {
      const next = words[i + 1];
      yield next && !next.startsLine ? { word, next } : { word };
    }
  }
}

function isImport({ kind, raw }: Piece): boolean {
  return kind === "word" && raw === "import";
}

function textOf({ kind, raw }: Piece): string {
  return kind === "quoted" ? raw.slice(1, -1).replaceAll('\\"', '"') : raw.replaceAll("\r", "");
}

export const snippetUnused: Lint = {
  id: "snippet-unused",
  level: "warning",
  what: "a snippet that nothing imports",
  mend: "import it, or remove it",
  *find(seen) {
    const all = [...pairs(seen)];
    const imported = new Set(
      all.flatMap(({ word, next }) => (isImport(word) && next ? [textOf(next)] : [])),
    );
    for (const { word, next } of all) {
      const [, name] = /^\((.*)\)$/s.exec(word.raw) ?? [];
      const isSnippet = word.kind === "word" && word.startsLine && next?.raw === "{";
      if (name === undefined || !isSnippet || imported.has(name)) continue;
      yield { at: word, message: `snippet "${name}" is never imported`, hint: "remove it" };
    }
  },
};

/** Places that distributions leave for additions, and that are empty most of the time. */
const OPTIONAL = /\.(?:override|server)$/;

export const importMatchesNothing: Lint = {
  id: "import-matches-nothing",
  level: "warning",
  what: "the pattern of an *import* matches no file, which is no error; patterns that end in `.override` or `.server` are left alone, as distributions have them for additions",
  mend: "mend the pattern, or leave it out",
  *find(seen) {
    const { machine } = seen;
    if (!machine) return;
    for (const { word, next } of pairs(seen)) {
      if (!isImport(word) || !next) continue;
      const target = textOf(next);
      const isPattern = hasWildcard(target) && !OPTIONAL.test(target) && !/\{[$%]/.test(target);
      if (!isPattern || matchesAny(next, target, machine)) continue;
      const message = `"${target}" matches no file: nothing is imported`;
      yield { at: next, message, hint: "mend the pattern, or leave it out" };
    }
  },
};

function matchesAny({ file }: Piece, target: string, machine: Machine): boolean {
  const path = isAbsolute(target) ? target : join(dirname(file), target);
  try {
    return machine.glob(path).length > 0;
  } catch {
    // That it cannot be looked for is said by the start.
    return true;
  }
}

export const variableUnset: Lint = {
  id: "variable-unset",
  level: "warning",
  what: "an environment variable that is not set stands for nothing at all",
  mend: "set it; for another machine check with `-elsewhere`",
  *find(seen) {
    const { machine } = seen;
    if (!machine) return;
    for (const { word } of pairs(seen)) {
      for (const [whole, percent, dollar] of word.raw.matchAll(/\{%([^%{]+)%\}|\{\$([^}{]+)\}/g)) {
        const name = percent ?? dollar ?? "";
        if (Object.hasOwn(machine.env, name) && machine.env[name] !== undefined) continue;
        const message = `"${whole}" stands for nothing: there is no variable "${name}"`;
        yield { at: word, message, hint: "set it" };
      }
    }
  },
};

/** Of Kubernetes' and CoreDNS's own templates, and what people write in examples. */
const PLACEHOLDER =
  /__[A-Z][A-Z0-9_]*__|^(?:UPSTREAMNAMESERVER|CLUSTER_DOMAIN|REVERSE_CIDRS|STUBDOMAINS|FEDERATIONS)$|^<[\w .-]+>$/;

export const placeholderLeft: Lint = {
  id: "placeholder-left",
  level: "warning",
  what: "a placeholder of a template, as `__PILLAR__CLUSTER__DNS__` or `UPSTREAMNAMESERVER`, that nobody has filled in",
  mend: "write what it stands for",
  *find(seen) {
    for (const { word } of pairs(seen)) {
      if (!PLACEHOLDER.test(textOf(word))) continue;
      const message = `"${textOf(word)}" is a placeholder that nobody has filled in`;
      yield { at: word, message, hint: "write what it stands for" };
    }
  },
};
