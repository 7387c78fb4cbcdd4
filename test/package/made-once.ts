import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** A folder for what the test files of one run share: whoever needs it first makes it. */
    readonly madeOnce: string;
  }
}

export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "portolan-made-once-"));
  project.provide("madeOnce", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
