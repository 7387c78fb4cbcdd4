import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ClusterObject } from "../cluster-source.ts";
import { TemporaryFolder } from "../manifests/testing.ts";
import { makeHeader } from "./format.ts";
import { readSnapshot, SnapshotError } from "./read-snapshot.ts";
import { testService } from "./testing.ts";
import { writeSnapshot } from "./write-snapshot.ts";

const OBJECTS: readonly ClusterObject[] = [testService("shop/web"), testService("shop/café")];

async function write(path: string, objects = OBJECTS): Promise<void> {
  await writeSnapshot(path, makeHeader(1_764_100_800_123, "all"), objects);
}

it("gives back what was written, to the second", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "s");
  await write(path);
  const snapshot = await readSnapshot(path, "all");
  expect(snapshot).toMatchObject({ savedAtMs: 1_764_100_800_000, count: 2 });
  expect(await Array.fromAsync(snapshot?.objects ?? [])).toEqual(OBJECTS);
});

it("knows a cluster without objects", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "s");
  await write(path, []);
  const snapshot = await readSnapshot(path, "all");
  expect(snapshot?.count).toBe(0);
  expect(await Array.fromAsync(snapshot?.objects ?? OBJECTS)).toEqual([]);
});

it("refuses the file cut anywhere, and with any octet changed above its last line", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "s");
  await write(path, [{ kind: "Namespace", namespace: "", name: "shop" }]);
  const whole = readFileSync(path);
  const end = whole.lastIndexOf("\n", -2) + 1;
  for (let at = 0; at < whole.length; at++) {
    writeFileSync(path, whole.subarray(0, at));
    await expect(readSnapshot(path, "all")).rejects.toThrow(SnapshotError);
    if (at >= end) continue;
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x04;
    writeFileSync(path, changed);
    await expect(readSnapshot(path, "all")).rejects.toThrow(SnapshotError);
  }
});

it("clears away what a killed process has left, but not what another is writing", async () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "s");
  const abandoned = folder.write("s.0123456789abcdef.tmp", "");
  folder.write("s.fedcba9876543210.tmp", "");
  folder.write("s.old", "");
  utimesSync(abandoned, new Date(0), new Date(0));
  await write(path);
  expect(readdirSync(folder.path).toSorted()).toEqual(["s", "s.fedcba9876543210.tmp", "s.old"]);
});
