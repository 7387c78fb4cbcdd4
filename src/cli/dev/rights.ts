import type { ApiAccess } from "../../kube/api/access.ts";
import { RawField } from "../../server/contract/raw-field.ts";
import { ClusterAwayError, OneReader } from "../../kube/api/one-reader.ts";

/** Each of them is asked for by itself. */
const MAX_NAMESPACES = 100;
const LIMITS = { qps: 50, burst: 100, maxInflight: 10 };

const READ = ["services", "endpointslices"] as const;

/** What a user may read of a cluster, as far as names need it. */
export type Rights =
  | { readonly kind: "all" }
  | {
      readonly kind: "some";
      readonly namespaces: readonly string[];
      /** Those that are there and may not be read. */
      readonly refused: readonly string[];
    }
  /** Nobody could be asked. */
  | { readonly kind: "unknown" };

/** @param own the namespace to try where nobody tells which there are */
export async function rightsIn(access: ApiAccess, own: string): Promise<Rights> {
  const reader = new OneReader(access, LIMITS);
  try {
    if (await mayRead(reader, "")) return { kind: "all" };
    const known = await namespaces(reader);
    if (!known) return { kind: "some", namespaces: [own], refused: [] };
    const may = await Promise.all(known.map((name) => mayRead(reader, name)));
    const readable = known.filter((_, i) => may[i]);
    const refused = known.filter((_, i) => !may[i]);
    return { kind: "some", namespaces: readable.length > 0 ? readable : [own], refused };
  } catch (error) {
    if (error instanceof ClusterAwayError) return { kind: "unknown" };
    throw error;
  } finally {
    reader.close();
  }
}

/** @param namespace "" for all of them */
async function mayRead(reader: OneReader, namespace: string): Promise<boolean> {
  const where = namespace === "" ? "" : `namespaces/${encodeURIComponent(namespace)}/`;
  const roots = { services: "/api/v1", endpointslices: "/apis/discovery.k8s.io/v1" };
  const reads = await Promise.all(
    READ.map((name) => reader.read(`${roots[name]}/${where}${name}?limit=1`)),
  );
  return reads.every(({ reason }) => reason !== "forbidden");
}

/** Undefined if they may not be listed. */
async function namespaces(reader: OneReader): Promise<readonly string[] | undefined> {
  const read = await reader.read(`/api/v1/namespaces?limit=${MAX_NAMESPACES}`);
  if (read.reason !== undefined) return undefined;
  const items = new RawField(read.object).get("items").items();
  return items.map((item) => item.get("metadata", "name").text()).filter((name) => name !== "");
}
