import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CorefileError } from "../../src/corefile/corefile-error.ts";
import { parseCorefile } from "../../src/corefile/corefile.ts";
import { plugins } from "../../src/plugins/index.ts";
import { checkCorefile } from "../../src/server/parsed-block.ts";
import { ROOT } from "../run-portolan.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { cpuMs, FuzzFinding, hold } from "./target.ts";

/** The text of a Corefile: parsed and checked, or refused with file and line. */
export const corefiles: FuzzTarget = {
  name: "corefiles",
  cases: 10_000,
  limitMs: 50,
  open() {
    const corpus = examples();
    const words = corpus.flatMap((text) => text.split(/\s+/)).concat(ODD_WORDS);
    return Promise.resolve({
      run: (random) => run(mutate(random.pick(corpus), words, random)),
      close: () => Promise.resolve(),
    });
  },
};

const ODD_WORDS: readonly string[] =
  `{ } " \\" # import import\\ * (s) s /24 0 -1 1e9 99999999999999999999 0x10 NaN 1h1h 1.5s -5s 5 ∞ \\
  ::1 [::1]:53 1.2.3.4/33 tls://1.2.3.4%name https://x 127.0.0.1:99999 :0 . .. *.a a..b é __proto__
  constructor toString (?=x) (a+)+$ [ \\p{L} {{ {{.Name}} {{ .Group.9 }} {$HOME} {%X%} /dev/null ../../x
  ANY TYPE65536 CH CLASS0 serve_stale prefetch fallthrough max_concurrent policy`
    .split(/\s+/)
    .concat("\0", "\uFEFF", " ".repeat(3), "\r\n", "x".repeat(300), "\ud800");

/** What is documented, and so is good. */
function examples(): string[] {
  const files = globSync("{README.md,src/plugins/*/README.md}", { cwd: ROOT });
  const texts = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    return [...text.matchAll(/```corefile\n(.*?)```/gs)].map((match) => match[1] ?? "");
  });
  return [...texts, readFileSync(join(ROOT, "Corefile.example"), "utf8")];
}

const MAX_MUTATIONS = 4;

/** Tokens and lines put elsewhere, left out, twice, or replaced; or single characters. */
function mutate(text: string, words: readonly string[], random: Random): string {
  let tokens = text.split(/(\s+)/);
  for (let i = random.below(MAX_MUTATIONS + 1); i > 0; i--) {
    const at = random.below(tokens.length);
    const other = random.below(tokens.length);
    const changes: readonly (() => unknown)[] = [
      () => (tokens[at] = random.pick(words)),
      () => (tokens[at] = ""),
      () => tokens.splice(at, 0, tokens[other] ?? "", " "),
      () => tokens.splice(at, 0, ` ${random.pick(words)} `),
      () => ([tokens[at], tokens[other]] = [tokens[other] ?? "", tokens[at] ?? ""]),
      () => (tokens = tokens.slice(0, at)),
      () => tokens.splice(at, random.below(6)),
      () => (tokens[at] = `"${tokens[at] ?? ""}`),
      () => (tokens[at] = flipped(tokens[at] ?? "", random)),
    ];
    random.pick(changes)();
  }
  return tokens.join("");
}

function flipped(word: string, random: Random): string {
  const at = random.below(word.length + 1);
  return word.slice(0, at) + String.fromCharCode(random.below(128)) + word.slice(at + 1);
}

function run(text: string): FuzzResult {
  const beganMs = cpuMs();
  const outcome = outcomeOf(text);
  return { outcome, ms: cpuMs() - beganMs };
}

function outcomeOf(text: string): string {
  try {
    const blocks = parseCorefile(text, "Corefile", {
      env: { HOME: "/nowhere" },
      readFile: (path) => {
        throw new Error(`no such file: ${path}`);
      },
      glob: () => [],
    });
    checkCorefile({ blocks, files: ["Corefile"], digest: "" }, plugins);
    return "good";
  } catch (error) {
    if (!(error instanceof CorefileError))
      throw new FuzzFinding(`threw ${String(error)}`, text, error);
    hold(/^Corefile:\d+: ./.test(error.message), `says no place: ${error.message}`, text);
    return "refused";
  }
}
