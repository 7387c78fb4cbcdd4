import { Registry } from "prom-client";

/**
 * Metrics whose hot side is a plain number: a plugin keeps the cell of its label values and adds
 * to it; prom-client sees the numbers only when somebody scrapes. Families are made once by
 * name, and live as long as the process: a reload goes on counting.
 */
export class Metrics {
  /** @internal The types of the npm package leave it out, whose users have no prom-client. */
  readonly registry: Registry = new Registry();
  readonly #families = new Map<string, Family<unknown>>();
  readonly #beforeText = new Set<() => void | Promise<void>>();
  #text: Promise<string> | undefined;

  /** A number that only grows. */
  counter(name: string, help: string, labelNames: readonly string[] = []): Family<Cell> {
    return this.#family(name, () => new Family("counter", { name, help, labelNames }, makeCell));
  }

  /** A number that goes up and down. `collect` runs before each scrape, to set cells. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
    collect?: (family: Family<Cell>) => void,
  ): Family<Cell> {
    const family = this.#family(
      name,
      () => new Family("gauge", { name, help, labelNames }, makeCell),
    );
    if (collect) family.collect = collect;
    return family;
  }

  /** A distribution over buckets with these upper bounds, ascending. */
  histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    bounds: readonly number[],
  ): Family<HistogramCell> {
    const make = (): HistogramCell => new HistogramCell(bounds);
    return this.#family(name, () => new Family("histogram", { name, help, labelNames }, make));
  }

  /** Calls `prepare` whenever somebody wants the numbers, and waits for it. @returns ends that. */
  beforeText(prepare: () => void | Promise<void>): () => void {
    this.#beforeText.add(prepare);
    return () => this.#beforeText.delete(prepare);
  }

  /** Prometheus's text format. Whoever asks while it is being made gets the same. */
  text(): Promise<string> {
    this.#text ??= this.#makeText().finally(() => {
      this.#text = undefined;
    });
    return this.#text;
  }

  async #makeText(): Promise<string> {
    for (const prepare of this.#beforeText) await prepare();
    return this.registry.metrics();
  }

  #family<T>(name: string, make: () => Family<T>): Family<T> {
    const known = this.#families.get(name);
    if (known) return known as Family<T>;
    const family = make();
    this.#families.set(name, family as Family<unknown>);
    // Registry needs no more of a metric than its name and get().
    this.registry.registerMetric(family as never);
    return family;
  }
}

/** One time series of a counter or gauge. */
export interface Cell {
  value: number;
}

function makeCell(): Cell {
  return { value: 0 };
}

/** One time series of a histogram. */
export class HistogramCell {
  readonly bounds: readonly number[];
  /** Observations per bucket, not cumulated; the last one is above all bounds. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** @param count how many times that value was seen */
  observe(value: number, count = 1): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] as number)) bucket++;
    this.counts[bucket] = (this.counts[bucket] as number) + count;
    this.sum += value * count;
  }
}

interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

interface Sample {
  value: number;
  labels: Record<string, string | number>;
  metricName?: string;
}

/** All time series of one metric. */
export class Family<T> {
  readonly type: "counter" | "gauge" | "histogram";
  readonly name: string;
  readonly help: string;
  readonly aggregator = "sum";
  readonly labelNames: readonly string[];
  collect: ((family: Family<T>) => void) | undefined;
  readonly #cells = new Map<string, { labels: Record<string, string>; cell: T }>();
  readonly #make: () => T;

  constructor(type: "counter" | "gauge" | "histogram", options: FamilyOptions, make: () => T) {
    this.type = type;
    this.name = options.name;
    this.help = options.help;
    this.labelNames = options.labelNames;
    this.#make = make;
  }

  /** The cell of these label values, in the order of the label names. Keep it: this looks up. */
  with(...values: readonly string[]): T {
    const key = values.join("\0");
    let entry = this.#cells.get(key);
    if (!entry) {
      const labels = Object.fromEntries(this.labelNames.map((name, i) => [name, values[i] ?? ""]));
      entry = { labels, cell: this.#make() };
      this.#cells.set(key, entry);
    }
    return entry.cell;
  }

  /** Forgets all time series, as before setting those of a gauge anew. */
  clear(): void {
    this.#cells.clear();
  }

  /** prom-client's door. */
  get(): object {
    this.collect?.(this);
    const values: Sample[] = [];
    for (const { labels, cell } of this.#cells.values()) {
      if (cell instanceof HistogramCell) histogramSamples(this.name, labels, cell, values);
      else values.push({ value: (cell as Cell).value, labels });
    }
    return { name: this.name, help: this.help, type: this.type, aggregator: "sum", values };
  }
}

function histogramSamples(
  name: string,
  labels: Record<string, string>,
  cell: HistogramCell,
  samples: Sample[],
): void {
  let cumulated = 0;
  for (const [i, count] of cell.counts.entries()) {
    cumulated += count;
    const le = cell.bounds[i] ?? "+Inf";
    samples.push({ metricName: `${name}_bucket`, value: cumulated, labels: { le, ...labels } });
  }
  samples.push({ metricName: `${name}_sum`, value: cell.sum, labels });
  samples.push({ metricName: `${name}_count`, value: cumulated, labels });
}
