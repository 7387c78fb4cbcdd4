import { globSync } from "node:fs";
import { expect, it } from "vitest";
import { ROOT } from "../run-portolan.ts";
import { readDocument } from "./readme.ts";

/** A message in the source, with `…` for what is filled in. */
interface Template {
  readonly file: string;
  readonly text: string;
  /** Whether it reaches people as it is; a plain Error is the reason in another message. */
  readonly isWhole: boolean;
}

const THROWN = String.raw`(?:\.error|tokenError|new CorefileError|new QueryError|\.fatal|\.warn)`;
const TEXT = String.raw`(["'\x60])((?:\\.|(?!\1)[^\\])*)\1`;
const ARGUMENTS = String.raw`\(\s*(?:(?!["'\x60])[\w#.()[\]?! ]+,\s*|\{ err: error \}, )*`;

const files = globSync("src/**/*.ts", { cwd: ROOT }).filter((file) => {
  return !/\.(test|cases)\.ts$|\/testing\/|\/testdata\//.test(file);
});

const templates = files.flatMap((file): Template[] => {
  const source = readDocument(file);
  const find = (pattern: string): string[] =>
    [...source.matchAll(new RegExp(pattern, "g"))].map(([, , text = ""]) => withGaps(text));
  const whole = find(THROWN + ARGUMENTS + TEXT);
  const all = [...find(String.raw`(["\x60])((?:\\.|(?!\1)[^\\])*)\1`), ...find(`(')([^'\n]+)'`)];
  return [
    ...whole.map((text) => ({ file, text, isWhole: true })),
    ...all.map((text) => ({ file, text, isWhole: false })),
  ];
});

const rows = [...readDocument("docs/errors.md").matchAll(/^\| `([^`]+)` \|/gm)].map(
  ([, message = ""]) => {
    const pattern = message
      .split("…")
      .map((part) => RegExp.escape(part))
      .join(".*");
    return { message, pattern: new RegExp(`^${pattern}`, "s") };
  },
);

it("docs/errors.md has no message that nobody says", () => {
  const said = ({ pattern }: (typeof rows)[number]): boolean =>
    templates.some(({ text }) => pattern.test(text));
  expect(rows.filter((row) => !said(row)).map(({ message }) => message)).toEqual([]);
  expect(rows.length).toBeGreaterThan(60);
});

it("docs/errors.md has all messages that are thrown or logged as they stand in the source", () => {
  const whole = templates.filter(({ isWhole, text }) => isWhole && hasWords(text));
  expect(whole.length).toBeGreaterThan(100);
  const missing = whole.filter(({ text }) => !rows.some(({ pattern }) => pattern.test(text)));
  expect(missing.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
});

function withGaps(text: string): string {
  return text.replaceAll(/\$\{[^}]*\}/g, "…").replaceAll(String.raw`\"`, '"');
}

/** Others only join what has been said elsewhere. */
function hasWords(text: string): boolean {
  return /[a-z]{3}/.test(text.replaceAll("plugin/", ""));
}
