/** Labels of a Kubernetes object. */
export type Labels = Readonly<Record<string, string>>;

/** Whether an object with these labels is selected. */
export type LabelSelector = (labels: Labels) => boolean;

/**
 * Reads a label selector as the Kubernetes API's `labelSelector` parameter has it: requirements
 * that must all hold, separated by commas.
 *
 *     app=web   app==web   app!=web   tier in (a, b)   tier notin (a, b)   app   !app   n>1   n<1
 *
 * @param text empty for all objects
 * @throws SyntaxError with the text, what was found, what would be right
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = new Tokens(text);
  const requirements: LabelSelector[] = [];
  while (!tokens.isAtEnd) {
    if (requirements.length > 0) tokens.expect(",");
    requirements.push(parseRequirement(tokens));
  }
  return (labels) => requirements.every((holds) => holds(labels));
}

type Test = (value: string | undefined) => boolean;

function parseRequirement(tokens: Tokens): LabelSelector {
  const isNegated = tokens.skip("!");
  const key = tokens.word("a label's key");
  if (!isLabelKey(key)) tokens.fail(`"${key}" is not a label's key`);
  const test: Test = isNegated ? (value) => value === undefined : parseTest(tokens);
  return (labels) => test(Object.hasOwn(labels, key) ? labels[key] : undefined);
}

/** What follows a key. Negations hold for objects without the label, too. */
function parseTest(tokens: Tokens): Test {
  if (tokens.isAtEnd || tokens.next === ",") return (value) => value !== undefined;
  const operator = tokens.take();
  const parse = TESTS.get(operator);
  return parse
    ? parse(tokens)
    : tokens.fail(`found "${operator}", expected "=", "==", "!=", "in", "notin", "<", ">" or ","`);
}

const TESTS: ReadonlyMap<string, (tokens: Tokens) => Test> = new Map([
  ["=", parseEqual],
  ["==", parseEqual],
  ["!=", (tokens) => not(parseEqual(tokens))],
  ["in", parseIn],
  ["notin", (tokens) => not(parseIn(tokens))],
  ["<", (tokens) => parseOrder(tokens, (value, limit) => value < limit)],
  [">", (tokens) => parseOrder(tokens, (value, limit) => value > limit)],
]);

function not(test: Test): Test {
  return (value) => !test(value);
}

function parseEqual(tokens: Tokens): Test {
  const expected = tokens.isAtEnd || tokens.next === "," ? "" : parseValue(tokens);
  return (value) => value === expected;
}

/** `(a, b)`; nothing between two commas is the empty value. */
function parseIn(tokens: Tokens): Test {
  const values = new Set<string | undefined>();
  tokens.expect("(");
  do {
    const isEmpty = tokens.next === "," || tokens.next === ")";
    values.add(isEmpty ? "" : parseValue(tokens));
  } while (tokens.skip(","));
  tokens.expect(")");
  return (value) => values.has(value);
}

function parseOrder(tokens: Tokens, holds: (value: bigint, limit: bigint) => boolean): Test {
  const limit = parseValue(tokens);
  if (!INTEGER.test(limit)) tokens.fail(`"${limit}" is not an integer`);
  return (value) => INTEGER.test(value ?? "") && holds(BigInt(value ?? 0), BigInt(limit));
}

function parseValue(tokens: Tokens): string {
  const value = tokens.word("a label's value");
  if (!isLabelValue(value)) tokens.fail(`"${value}" is not a label's value`);
  return value;
}

const INTEGER = /^-?\d{1,18}$/;
const SYMBOLS = new Set(["==", "!=", "=", "!", "(", ")", ",", "<", ">"]);

class Tokens {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g) ?? [];
  }

  get isAtEnd(): boolean {
    return this.#position === this.#tokens.length;
  }

  /** "" at the end. */
  get next(): string {
    return this.#tokens[this.#position] ?? "";
  }

  take(): string {
    const { next } = this;
    this.#position++;
    return next;
  }

  skip(symbol: string): boolean {
    const isNext = this.next === symbol;
    if (isNext) this.#position++;
    return isNext;
  }

  expect(symbol: string): void {
    if (!this.skip(symbol)) this.fail(`found ${this.#found()}, expected "${symbol}"`);
  }

  word(what: string): string {
    if (this.isAtEnd || SYMBOLS.has(this.next)) {
      this.fail(`found ${this.#found()}, expected ${what}`);
    }
    return this.take();
  }

  fail(reason: string): never {
    throw new SyntaxError(`Cannot parse label selector "${this.#text}": ${reason}`);
  }

  #found(): string {
    return this.isAtEnd ? "its end" : `"${this.next}"`;
  }
}

const LABEL_NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_PREFIX =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** `name` or `example.org/name`. */
function isLabelKey(text: string): boolean {
  const [name = "", prefix, ...rest] = text.split("/").toReversed();
  if (rest.length > 0 || !LABEL_NAME.test(name)) return false;
  return prefix === undefined || LABEL_PREFIX.test(prefix);
}

function isLabelValue(text: string): boolean {
  return LABEL_NAME.test(text);
}
