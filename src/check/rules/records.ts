import { isIP } from "node:net";
import type { Directive, Token } from "../../corefile/directive.ts";
import { parseGoDuration } from "../../corefile/go-duration.ts";
import { named } from "../places.ts";
import type { Lint } from "../rule.ts";

export const hostsDuplicate: Lint = {
  id: "hosts-duplicate",
  level: "warning",
  what: "*hosts* has a name with the same address twice",
  mend: "remove one",
  *find({ blocks }) {
    for (const directive of blocks.flatMap((block) => named(block, "hosts"))) {
      const seen = new Map<string, Directive>();
      const lines = directive.body.filter(({ name }) => isIP(name.text) !== 0);
      for (const line of lines) {
        for (const at of line.args) {
          const key = `${line.name.text} ${at.text.toLowerCase().replace(/\.$/, "")}`;
          const before = seen.get(key);
          if (!before) {
            seen.set(key, line);
            continue;
          }
          const where = before === line ? "the same line" : `line ${before.line}`;
          const message = `"${at.text}" has the address ${line.name.text} in ${where} already`;
          yield { at, message, hint: "remove one" };
        }
      }
    }
  },
};

export const wildcardName: Lint = {
  id: "wildcard-name",
  level: "warning",
  what: "a name that begins with `*` in *hosts*, or in *rewrite* without `regex`: neither knows wildcards",
  mend: "use *template* for addresses, `rewrite name suffix` for other names",
  *find({ blocks }) {
    for (const block of blocks) {
      const hosts = named(block, "hosts").flatMap(({ body }) => body);
      const names = hosts.filter(({ name }) => isIP(name.text) !== 0).flatMap(({ args }) => args);
      for (const at of names.filter(isWildcard)) {
        const hint = `use "template IN A ${at.text.slice(2)}"`;
        yield { at, message: `"${at.text}" of hosts is that very name, no wildcard`, hint };
      }
      for (const { args, body } of named(block, "rewrite")) {
        const words = [args, ...body.map((sub) => [sub.name, ...sub.args])].flat();
        if (words.some(({ text }) => text === "regex")) continue;
        const at = words.find(isWildcard);
        const hint = `use "rewrite name suffix ${at?.text.slice(1)}"`;
        if (at)
          yield { at, message: `"${at.text}" of rewrite is that very name, no wildcard`, hint };
      }
    }
  },
};

function isWildcard({ text }: Token): boolean {
  return text.startsWith("*.");
}

export const ttlZero: Lint = {
  id: "ttl-zero",
  level: "note",
  what: "records with TTL 0: nobody may keep them, so every use of a name is a query",
  mend: "a few seconds are enough; changes in the cluster are seen at once here whatever the TTL",
  *find({ blocks }) {
    for (const { body, name } of blocks.flatMap(({ directives }) => directives)) {
      for (const sub of body) {
        if (sub.name.text !== "ttl" || sub.args[0]?.text !== "0") continue;
        const message = `"ttl 0" of ${name.text} makes a query of every use of a name`;
        yield { at: sub, message, hint: 'write "ttl 5"' };
      }
    }
  },
};

const DEFAULT_INTERVAL = "30s";

export const reloadJitter: Lint = {
  id: "reload-jitter",
  level: "warning",
  what: "the jitter of *reload* is more than half of its interval, and counts as that half",
  mend: "write a smaller jitter, or a longer interval",
  *find({ blocks }) {
    for (const { args } of blocks.flatMap((block) => named(block, "reload"))) {
      const [interval, jitter] = args;
      const intervalMs = parseGoDuration(interval?.text ?? DEFAULT_INTERVAL);
      const jitterMs = parseGoDuration(jitter?.text ?? "0s");
      if (!jitter || !intervalMs || jitterMs === undefined || jitterMs <= intervalMs / 2) continue;
      const message = `jitter "${jitter.text}" counts as ${intervalMs / 2000}s, half of the interval`;
      yield { at: jitter, message, hint: "write that, or a longer interval" };
    }
  },
};
