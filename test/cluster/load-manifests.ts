import { parseAllDocuments } from "yaml";
import type { ApiClient } from "./api-client.ts";
import { inParallel } from "./in-parallel.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";

/** Kinds that others need; all others come after them. */
const FIRST = ["Namespace", "Node"];
const PARALLEL = 16;

/** The objects in a text of YAML documents. */
export function parseManifests(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as KubernetesObject);
}

/**
 * Puts objects into the server, those that are there already in their place: Namespaces first. A `status`
 * goes to the status subresource; a create does not take it.
 */
export async function loadObjects(
  client: ApiClient,
  objects: readonly KubernetesObject[],
): Promise<void> {
  for (const kind of FIRST)
    await load(
      client,
      objects.filter((object) => object.kind === kind),
    );
  await load(
    client,
    objects.filter(({ kind }) => !FIRST.includes(kind)),
  );
}

export function loadManifests(client: ApiClient, yaml: string): Promise<void> {
  return loadObjects(client, parseManifests(yaml));
}

async function load(client: ApiClient, objects: readonly KubernetesObject[]): Promise<void> {
  await inParallel(objects, PARALLEL, async (object) => {
    await client.put(object);
    const { status } = object;
    if (status !== undefined) await client.setStatus(referenceTo(object), status);
  });
}
