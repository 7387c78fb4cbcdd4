import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isOwn, makeOwnFolder, ownFolder } from "./own-folder.ts";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "portolan-own-"));
});
afterEach(() => rmSync(base, { recursive: true }));

it("is this user's alone, and is made once", () => {
  const path = ownFolder(base, 1_000) ?? "";
  expect(path).toBe(join(base, "portolan-1000"));
  expect(isOwn(path)).toBe(false);
  expect(makeOwnFolder(path)).toBeUndefined();
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(makeOwnFolder(path)).toBeUndefined();
  expect(isOwn(path)).toBe(true);
});

it("is not taken where others could write, or have led it elsewhere", () => {
  const path = ownFolder(base, 1_000) ?? "";
  const why = "it is not a folder of yours alone";
  mkdirSync(path);
  chmodSync(path, 0o770);
  expect(makeOwnFolder(path)).toBe(why);
  rmSync(path, { recursive: true });
  symlinkSync(base, path);
  expect(makeOwnFolder(path)).toBe(why);
  expect(isOwn(path)).toBe(false);
  expect(makeOwnFolder(join(base, "no", "folder"))).toBe("ENOENT");
});
