import { readFileSync } from "node:fs";
import { isKubeDns, translateKubeDns } from "../../audit/kube-dns.ts";
import { readWritten } from "../../audit/read-written.ts";
import { reasonOf } from "../../corefile/corefile-error.ts";
import { STDIN } from "../corefile-path.ts";

/**
 * The Corefile that stub domains and upstreams of kube-dns stand for.
 * @param path of a file with its ConfigMap
 * @throws {TypeError} if there is none in it, or it cannot be translated
 */
export async function translatedFrom(path: string): Promise<string> {
  const { objects, problems } = await readWritten(read(path), path);
  const [problem] = problems;
  if (problem) throw new TypeError(`${path}:${problem.at.line}: ${problem.message}`);
  const map = objects.find(isKubeDns);
  if (!map) {
    throw new TypeError(
      `Cannot translate "${path}": it has no ConfigMap with "stubDomains" or "upstreamNameservers"`,
    );
  }
  const { corefile, findings } = translateKubeDns(map);
  const [fault] = findings;
  if (corefile) return corefile.text;
  throw new TypeError(`${path}:${fault?.at.line ?? 1}: ${fault?.message ?? "Cannot translate"}`);
}

function read(path: string): string {
  try {
    return readFileSync(path === STDIN ? 0 : path, "utf8");
  } catch (error) {
    throw new TypeError(`Cannot read "${path}": ${reasonOf(error)}`, { cause: error });
  }
}
