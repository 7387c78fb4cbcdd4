import { Composer, LineCounter, Parser } from "yaml";
import { shortText } from "../short-text.ts";
import type { ManifestDocument } from "./read-documents.ts";

/** What an alias may stand for is repeated at most so often: "billion laughs" stay a smile. */
const MAX_ALIASES = 1_000;

/** Reads the documents of a YAML text one by one, so that the caller may pause in between. */
export function* yamlDocuments(text: string): Generator<ManifestDocument> {
  const lines = new LineCounter();
  const composer = new Composer({ merge: true, logLevel: "silent" });
  let number = 0;
  for (const document of composer.compose(new Parser(lines.addNewLine).parse(text))) {
    number++;
    const [error] = document.errors;
    const start = document.contents?.range?.[0] ?? document.range[0];
    const { line } = lines.linePos(error?.pos[0] ?? start);
    const place = `document ${number}, line ${line}`;
    if (error) yield { place, error: firstLine(error.message) };
    else yield { place, ...toValue(() => document.toJS({ maxAliasCount: MAX_ALIASES })) };
  }
}

/** Aliases that cannot be resolved are found only now. */
function toValue(convert: () => unknown): { value: unknown } | { error: string } {
  try {
    return { value: convert() };
  } catch (error) {
    return { error: firstLine(error instanceof Error ? error.message : String(error)) };
  }
}

/** Further lines show the place; the first may quote a token of any length. */
function firstLine(message: string): string {
  return shortText(message.split("\n", 1)[0] ?? message);
}
