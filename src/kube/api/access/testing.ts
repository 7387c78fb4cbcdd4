import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { AccessError } from "../access.ts";

/** A folder for one test; `using` removes it. */
export class CredentialsFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "credentials-"));

  write(name: string, text: string): string {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** A kubeconfig with context "dev" of one cluster and one user, given as JSON. */
  writeKubeconfig(cluster: object, user: object = {}): string {
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "dev",
      contexts: [{ name: "dev", context: { cluster: "here", user: "me" } }],
      clusters: [{ name: "here", cluster: { server: "https://127.0.0.1:6443", ...cluster } }],
      users: [{ name: "me", user }],
    };
    return this.write("config", JSON.stringify(config));
  }

  /** A program that Node runs, as an exec plugin may be. */
  writeProgram(name: string, code: string): string {
    const file = this.write(name, `#!${process.execPath}\n${code}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Expects an AccessError, and returns its message. */
export async function failureOf(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AccessError);
  return (error as AccessError).message;
}
