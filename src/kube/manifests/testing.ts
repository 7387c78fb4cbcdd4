import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ClusterObject, ClusterSink, Kind, ObjectKey, Selection } from "../cluster-source.ts";
import { manifestKey } from "./manifest.ts";

export const EVERYTHING: Selection = {
  namespaces: [],
  labels: "",
  namespaceLabels: "",
  endpoints: true,
  pods: true,
  serviceImports: true,
};

/** Keeps what it is told, and how. */
export class RecordingSink implements ClusterSink {
  readonly objects = new Map<string, ClusterObject>();
  /** Since the last look: `+ Service shop/web`, `- Service shop/web`, `synced Service`. */
  calls: string[] = [];

  upsert(object: ClusterObject): void {
    this.objects.set(manifestKey(object), object);
    this.calls.push(`+ ${manifestKey(object)}`);
  }

  remove(kind: Kind, key: ObjectKey): void {
    this.objects.delete(manifestKey({ kind, ...key }));
    this.calls.push(`- ${manifestKey({ kind, ...key })}`);
  }

  synced(kind: Kind): void {
    this.calls.push(`synced ${kind}`);
  }

  /** @param key as in `Service shop/web` */
  get<K extends Kind>(kind: K, key: string): Extract<ClusterObject, { kind: K }> | undefined {
    const object = this.objects.get(`${kind} ${key}`);
    return object as Extract<ClusterObject, { kind: K }> | undefined;
  }
}

/** A folder for one test; `await using` or `using` removes it. */
export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "manifests-"));

  write(name: string, text: string): string {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A Service's manifest; `spec` in YAML's flow form. */
export function serviceYaml(name: string, spec = "{ports: [{port: 80}]}"): string {
  const [namespace = "", own = ""] = name.split("/");
  const metadata = `{namespace: ${namespace}, name: ${own}}`;
  return `---\napiVersion: v1\nkind: Service\nmetadata: ${metadata}\nspec: ${spec}\n`;
}
