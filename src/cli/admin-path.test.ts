import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { adminPathOf, adminPathOfUser, adminPathsToTry } from "./admin-path.ts";

it("is where it is said, else in a folder of this user alone, else beside the pidfile, else nowhere", () => {
  const env = { XDG_RUNTIME_DIR: "/run/user/1" };
  expect(adminPathOf("/a.sock", "/run/p.pid", env)).toBe("/a.sock");
  expect(adminPathOf("off", "/run/p.pid", env)).toBeUndefined();
  expect(adminPathOf(undefined, "/run/p.pid", env)).toBe("/run/user/1/portolan.sock");
  expect(adminPathOf(undefined, undefined, { ...env, RUNTIME_DIRECTORY: "/run/a:/run/b" })).toBe(
    "/run/a/portolan.sock",
  );
  expect(adminPathOf(undefined, "/run/p.pid", {})).toBe("/run/portolan.sock");
  expect(adminPathOf(undefined, undefined, {})).toBeUndefined();
});

it("is looked for there, and where services have it", () => {
  expect(adminPathsToTry({ XDG_RUNTIME_DIR: "/run/user/1" }, "/no/such/folder")).toEqual([
    "/run/user/1/portolan.sock",
    "/run/portolan/portolan.sock",
    "/run/portolan.sock",
  ]);
});

it("of a user is in a folder of the user's own, where the session has none that is there, and is found", () => {
  const base = mkdtempSync(join(tmpdir(), "portolan-admin-"));
  const own = join(base, "own");
  const env = { XDG_RUNTIME_DIR: join(base, "absent") };
  expect(adminPathOfUser("/a.sock", env, own)).toBe("/a.sock");
  expect(adminPathOfUser("off", env, own)).toBeUndefined();
  expect(adminPathOfUser(undefined, { XDG_RUNTIME_DIR: base }, own)).toBe(
    join(base, "portolan.sock"),
  );
  expect(adminPathsToTry({}, own)).not.toContain(join(own, "portolan.sock"));
  expect(adminPathOfUser(undefined, env, own)).toBe(join(own, "portolan.sock"));
  expect(adminPathsToTry({}, own)[0]).toBe(join(own, "portolan.sock"));
  expect(adminPathOfUser(undefined, env, join(base, "no", "such"))).toBeUndefined();
  rmSync(base, { recursive: true });
});
