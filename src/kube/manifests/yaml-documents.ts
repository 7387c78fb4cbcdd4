import type { Document, ParsedNode } from "yaml";
import { Composer, isCollection, isMap, isScalar, isSeq, LineCounter, Parser } from "yaml";
import { shortText } from "../short-text.ts";
import type { FieldPath } from "./manifest-field.ts";
import type { ManifestDocument, WrittenBlock } from "./manifest-document.ts";

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
    const name = `document ${number}`;
    const lineOf = (path: FieldPath): number =>
      lines.linePos(error?.pos[0] ?? offsetOf(document, path)).line;
    if (error) {
      yield { name, lineOf, error: firstLine(error.message) };
      continue;
    }
    const blockAt = (path: FieldPath): WrittenBlock | undefined =>
      findBlock(document, path, text, lines);
    const value = toValue(() => document.toJS({ maxAliasCount: MAX_ALIASES }));
    yield { name, lineOf, blockAt, ...value };
  }
}

/** Where the literal block of a field is; undefined if the field is not written as one. */
function findBlock(
  { contents }: Document.Parsed,
  path: FieldPath,
  text: string,
  lines: LineCounter,
): WrittenBlock | undefined {
  const node: unknown = isCollection(contents) ? contents.getIn(path, true) : contents;
  if (!isScalar(node) || node.type !== "BLOCK_LITERAL" || !node.range) return undefined;
  // Behind the line with the "|".
  const start = text.indexOf("\n", node.range[0]) + 1;
  const written = leadingSpaces(text.slice(start, node.range[1]));
  const indent = Math.max(0, written - leadingSpaces(String(node.value)));
  return { line: lines.linePos(start).line, indent };
}

/** Of the first line that is not empty. */
function leadingSpaces(text: string): number {
  return (/^ *(?=[^ \n])/m.exec(text)?.[0] ?? "").length;
}

/** Where a field begins, with its name; if it is not there, or by an alias, the nearest around it that is. */
function offsetOf(document: Document.Parsed, path: FieldPath): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? document.range[0];
  for (const part of path) {
    let at: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      ({ key: at, value: node } = pair ?? { key: undefined, value: undefined });
    } else at = node = isSeq(node) && typeof part === "number" ? node.items[part] : undefined;
    const range = (at as Partial<ParsedNode> | undefined)?.range;
    if (!range) return offset;
    [offset] = range;
  }
  return offset;
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
