import type { KubernetesObject } from "./kubernetes-object.ts";

/**
 * Paths of the fields that differ between objects of the same kind and name, such as
 * `Deployment/coredns spec.template.spec.containers.coredns.image`: items of lists go by their name, if they have one.
 */
export function differences(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): string[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const paths = new Set([...old.keys(), ...now.keys()]);
  return [...paths].filter((path) => old.get(path) !== now.get(path));
}

function fieldsOf(objects: readonly KubernetesObject[]): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const object of objects) {
    const id = `${object.kind}/${object.metadata.name}`;
    for (const [key, value] of Object.entries(object)) collect(`${id} ${key}`, value, fields);
  }
  return fields;
}

function collect(path: string, value: unknown, fields: Map<string, unknown>): void {
  if (typeof value !== "object" || value === null) fields.set(path, value);
  else
    for (const [key, item] of Object.entries(value))
      collect(`${path}.${nameOf(key, item)}`, item, fields);
}

function nameOf(key: string, item: unknown): string {
  const { name } = (item ?? {}) as { name?: unknown };
  return /^\d+$/.test(key) && typeof name === "string" ? name : key;
}
