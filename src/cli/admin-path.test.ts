import { expect, it } from "vitest";
import { adminPathOf, adminPathsToTry } from "./admin-path.ts";

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
  expect(adminPathsToTry({ XDG_RUNTIME_DIR: "/run/user/1" })).toEqual([
    "/run/user/1/portolan.sock",
    "/run/portolan/portolan.sock",
    "/run/portolan.sock",
  ]);
});
