import { describe, expect, it } from "vitest";
import { LogOutput } from "./log-output.ts";
import type { LogSink } from "./log-sink.ts";

type Done = (error: Error | null, octets: number) => void;

/** A reader that takes chunks when it is told to. */
class SlowReader implements LogSink {
  text = "";
  #under: { chunk: Buffer; done: Done } | undefined;
  #arrived = Promise.withResolvers<void>();

  write(chunk: Buffer, done: Done): void {
    this.#under = { chunk, done };
    this.#arrived.resolve();
  }

  writeLast(chunk: Buffer): void {
    this.text += String(chunk);
  }

  /** Waits for a chunk and takes it, or so many octets of it. */
  async take(octets = Number.POSITIVE_INFINITY): Promise<void> {
    const { chunk, done } = await this.#next();
    const taken = chunk.subarray(0, octets);
    this.text += String(taken);
    done(null, taken.length);
  }

  async refuse(code: string): Promise<void> {
    const { done } = await this.#next();
    done(Object.assign(new Error(`${code}: refused`), { code }), 0);
  }

  async #next(): Promise<{ chunk: Buffer; done: Done }> {
    await this.#arrived.promise;
    this.#arrived = Promise.withResolvers();
    const under = this.#under;
    this.#under = undefined;
    if (!under) throw new Error("Cannot take: no chunk");
    return under;
  }
}

function open(maxOctets = 100): { reader: SlowReader; output: LogOutput } {
  const reader = new SlowReader();
  const output = new LogOutput(reader, maxOctets);
  output.tellDropped = (lines, reason) => output.write(`dropped ${lines} (${reason})\n`);
  return { reader, output };
}

describe("the log's output", () => {
  it("writes what is said in one turn of the event loop in one go", async () => {
    const { reader, output } = open();
    output.write("a\n");
    output.write("b\n");
    await reader.take();
    expect(reader.text).toBe("a\nb\n");
    expect(await output.written(60_000)).toBe(true);
  });

  it("leaves out what is too much, counts it, and says so when the reader is back", async () => {
    const { reader, output } = open();
    for (let i = 0; i < 30; i++) output.write(`line ${String(i).padStart(4, "0")}\n`);
    expect(output.dropped).toBe(20);
    await reader.take();
    expect(reader.text.split("\n").at(-2)).toBe("line 0009");
    output.write("later\n");
    await reader.take();
    await reader.take();
    expect(reader.text.split("\n").slice(-3)).toEqual([
      "dropped 20 (nobody read them)",
      "later",
      "",
    ]);
    expect(output.dropped).toBe(20);
  });

  it("finds room for that line even if more waits than may", async () => {
    const { reader, output } = open();
    output.write("a\n");
    await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 30; i++) output.write("0123456789\n");
    await reader.take();
    await reader.take();
    expect(reader.text.split("\n").slice(-3)).toEqual([
      "0123456789",
      "dropped 22 (nobody read them)",
      "",
    ]);
  });

  it.each(["ENOSPC", "EPIPE", "EAGAIN", "EIO"])(
    "tries again after %s, and cuts no line",
    async (code) => {
      const { reader, output } = open();
      output.write("first\n");
      output.write("second\n");
      await reader.take(8);
      await reader.refuse(code);
      for (let i = 0; i < 30; i++) output.write("more of it\n");
      await reader.refuse(code);
      await reader.take();
      await reader.take();
      expect(reader.text).toMatch(/^first\nsecond\n(?:more of it\n){8}dropped 22 \(\w+\)\n$/);
      expect(reader.text).toContain(`(${code})`);
    },
  );

  it("does not wait at the end for a reader that does not read", async () => {
    const { reader, output } = open();
    output.write("a\n");
    expect(await output.written(0)).toBe(false);
    output.writeLast();
    expect(reader.text).toBe("");
  });

  it("writes what was said in the last turn", () => {
    const { reader, output } = open();
    output.write("last\n");
    output.writeLast();
    expect(reader.text).toBe("last\n");
    reader.writeLast = () => {
      throw Object.assign(new Error("EAGAIN"), { code: "EAGAIN" });
    };
    expect(() => output.writeLast()).not.toThrow();
  });
});
