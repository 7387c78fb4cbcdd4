import { expect, test } from "vitest";
import { SigningQueue } from "./signing-queue.ts";

/** Jobs that end when told to, and the order in which they began. */
class Jobs {
  readonly begun: string[] = [];
  readonly #ends: (() => void)[] = [];

  job(name: string): () => Promise<string> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve) => this.#ends.push(() => resolve(name)));
    };
  }

  end(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

test("a few are at work, and records come before denials", async () => {
  const queue = new SigningQueue();
  const jobs = new Jobs();
  const denials = Array.from({ length: 20 }, (_, i) => queue.run(jobs.job(`denial ${i}`), true));
  const record = queue.run(jobs.job("record"), false);
  expect(jobs.begun).toHaveLength(16);
  jobs.end();
  await denials[0];
  await denials[15];
  expect(jobs.begun.slice(16)).toEqual([
    "record",
    "denial 16",
    "denial 17",
    "denial 18",
    "denial 19",
  ]);
  jobs.end();
  expect(await record).toBe("record");
});

test("one that fails makes room as well", async () => {
  const queue = new SigningQueue();
  const failing = Array.from({ length: 40 }, () =>
    queue.run(() => Promise.reject(new Error("no")), false),
  );
  const results = await Promise.allSettled(failing);
  expect(results.every(({ status }) => status === "rejected")).toBe(true);
});

test("there is no end of records, but of denials that wait", () => {
  const queue = new SigningQueue();
  const jobs = new Jobs();
  for (let i = 0; queue.hasRoomFor(true); i++) void queue.run(jobs.job(`denial ${i}`), true);
  expect(jobs.begun).toHaveLength(16);
  expect(queue.hasRoomFor(false)).toBe(true);
});
