import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { until } from "../testing/until.ts";
import { PolledFile } from "./polled-file.ts";

let folder = "";
let path = "";
let read: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "polled-"));
  path = join(folder, "file");
  read = [];
});
afterEach(() => rm(folder, { recursive: true }));

async function replace(text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

function polled(onRead: (size: number) => void = () => {}): PolledFile {
  return new PolledFile(
    path,
    0,
    async ({ size }) => {
      read.push(`${size} octets`);
      onRead(size);
    },
    () => {},
  );
}

describe("a polled file", () => {
  it("is read when it is there, and again when it has changed or been replaced by its like", async () => {
    const file = polled();
    await expect(file.start()).rejects.toThrow("ENOENT");
    await replace("one");
    await file.look();
    await file.look();
    expect(read).toEqual(["3 octets"]);
    await replace("two");
    await file.look();
    expect(read).toEqual(["3 octets", "3 octets"]);
  });

  it("is read again where reading failed", async () => {
    let isBroken = true;
    const file = polled(() => {
      if (isBroken) throw new Error("cannot parse");
    });
    await replace("one");
    await expect(file.look()).rejects.toThrow("cannot parse");
    isBroken = false;
    await file.look();
    expect(read).toHaveLength(2);
  });

  it("is looked for more often while it is not there", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const trouble: unknown[] = [];
    const file = new PolledFile(
      path,
      60_000,
      () => Promise.resolve(void read.push("read")),
      (error) => trouble.push(error),
      1000,
    );
    try {
      await expect(file.start()).rejects.toThrow("ENOENT");
      vi.advanceTimersByTime(1000);
      await until(() => trouble.length === 1);
      await replace("one");
      await until(() => vi.getTimerCount() === 1);
      vi.advanceTimersByTime(1000);
      await until(() => read.length === 1 && vi.getTimerCount() === 1);
      await replace("two");
      vi.advanceTimersByTime(59_999);
      expect(vi.getTimerCount()).toBe(1);
    } finally {
      file.stop();
      vi.useRealTimers();
    }
  });

  it("is none if it is a directory", async () => {
    path = folder;
    await expect(polled().look()).rejects.toThrow(`File "${folder}" is a directory`);
  });
});
