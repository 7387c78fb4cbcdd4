import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { AccessError } from "../access.ts";
import { readCredentialFile } from "./credential-file.ts";
import type { KubeconfigFile } from "./kubeconfig-document.ts";

/** The paths of a kubeconfig that is written as `$KUBECONFIG` is: `~/a:/b`, on Windows with semicolons. */
export function splitKubeconfig(place: string): readonly string[] {
  const paths = place.split(delimiter).filter((path) => path !== "");
  return [...new Set(paths)];
}

export function joinKubeconfig(paths: readonly string[]): string {
  return paths.join(delimiter);
}

/** As kubectl finds it: `$KUBECONFIG`, else the file at home if it is there. */
export function kubeconfigOfUser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = splitKubeconfig(env["KUBECONFIG"] ?? "");
  if (named.length > 0) return joinKubeconfig(named);
  const atHome = join(env["HOME"] ?? homedir(), ".kube/config");
  return existsSync(atHome) ? atHome : undefined;
}

/**
 * Reads the files of a kubeconfig. As in kubectl, of several those that are not there are left out.
 * @throws {AccessError} if one cannot be read, or none is there
 */
export async function readKubeconfig(place: string): Promise<readonly KubeconfigFile[]> {
  const paths = splitKubeconfig(place);
  const there = paths.length > 1 ? paths.filter((path) => existsSync(path)) : paths;
  if (there.length === 0) throw new AccessError(`Cannot read kubeconfig "${place}": no such file`);
  return Promise.all(
    there.map(async (path) => ({ path, text: await readCredentialFile("kubeconfig", path) })),
  );
}
