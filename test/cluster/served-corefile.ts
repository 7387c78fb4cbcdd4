import { freePorts } from "../bench/free-port.ts";

/** What placeholders in a Corefile stand for: `{{KUBECONFIG}}` is the key `KUBECONFIG`. */
export type Values = Readonly<Record<string, string>>;

/** A Corefile for a server under test, with the ports that it is to use. */
export class ServedCorefile {
  readonly #ports: ReadonlyMap<string, number>;
  readonly #values: Values;

  /**
   * Every placeholder that ends in `PORT` gets a free port of its own; `{{PORT}}` is that of DNS, `{{READY_PORT}}`
   * that of the plugin `ready`.
   */
  static async for(text: string, values: Values): Promise<ServedCorefile> {
    const found = [...text.matchAll(/\{\{(\w*PORT)\}\}/g)].map((match) => match[1] ?? "");
    const names = [...new Set(["PORT", "READY_PORT", ...found])].filter((name) => !values[name]);
    const ports = await freePorts(names.length);
    return new ServedCorefile(new Map(names.map((name, i) => [name, ports[i] ?? 0])), values);
  }

  private constructor(ports: ReadonlyMap<string, number>, values: Values) {
    this.#ports = ports;
    this.#values = values;
  }

  /** @param name `METRICS_PORT` */
  port(name: string): number {
    const port = this.#ports.get(name) ?? Number(this.#values[name]);
    if (Number.isInteger(port)) return port;
    throw new Error(`Cannot find port "${name}": no such placeholder`);
  }

  /**
   * Fills in the placeholders. Server blocks on `{{PORT}}` are bound to the loopback, and the first one gets `ready`,
   * unless the text says something about that itself.
   */
  fill(text: string): string {
    let filled = text;
    const heads = /^(\S.*\{\{PORT\}\}.*\{)$/gm;
    if (!/^\s*bind\b/m.test(filled)) filled = filled.replaceAll(heads, "$1\n  bind 127.0.0.1");
    const ready = "$1\n  ready 127.0.0.1:{{READY_PORT}}";
    if (!/^\s*ready\b/m.test(filled)) filled = filled.replace(new RegExp(heads, "m"), ready);
    return filled.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => this.#valueOf(name));
  }

  #valueOf(name: string): string {
    const value = this.#values[name] ?? this.#ports.get(name)?.toString();
    if (value !== undefined) return value;
    throw new Error(`Cannot fill in a Corefile: no value for "{{${name}}}"`);
  }
}
