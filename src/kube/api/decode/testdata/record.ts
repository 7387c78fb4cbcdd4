/**
 * Records what a real API server says, for the tests of this folder:
 *
 *     NODE_TLS_REJECT_UNAUTHORIZED=0 node record.ts https://127.0.0.1:6443 TOKEN
 *     NODE_TLS_REJECT_UNAUTHORIZED=0 node record.ts https://127.0.0.1:6443 TOKEN restarted
 *
 * The server must be new and nobody else's: objects are made, changed and deleted. The second
 * call is for the same server started again: it has forgotten the changes before.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { parseAllDocuments } from "yaml";
import { EXTRA_OBJECTS, PATHS, SERVICE_IMPORT_CRD } from "./objects.ts";
import type { ApiObject } from "./objects.ts";

const [, , server = "", token = "", state = "new"] = process.argv;

const BOTH: readonly string[] = ["json", "pb"];
const WATCH = "/api/v1/services?watch=1&timeoutSeconds=2";

const FORMATS = { json: "application/json", pb: "application/vnd.kubernetes.protobuf" } as const;

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) };
  return fetch(`${server}${path}`, { ...init, headers });
}

async function change(
  method: string,
  path: string,
  body?: unknown,
  type = "application/json",
): Promise<void> {
  const headers = { "content-type": type };
  const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
  const response = await request(path, init);
  const isThere = response.status === 409 && method === "POST";
  if (!response.ok && !isThere) console.log(method, path, await response.text());
}

function pathOf({ kind, metadata }: ApiObject): string {
  const [root, plural] = PATHS[kind] ?? ["", ""];
  const namespaced = kind === "Namespace" ? "" : `/namespaces/${metadata.namespace ?? "default"}`;
  return `${root}${namespaced}/${plural}`;
}

async function create(object: ApiObject): Promise<void> {
  const path = pathOf(object);
  if (object.kind === "ServiceImport") await change("POST", path, object);
  else {
    await change("POST", path, object);
    if (!("status" in object)) return;
    const patch = { status: object["status"] };
    const target = `${path}/${object.metadata.name}/status`;
    await change("PATCH", target, patch, "application/merge-patch+json");
  }
}

function save(name: string, octets: Buffer): void {
  writeFileSync(new URL(`${name}.gz`, import.meta.url), gzipSync(octets, { level: 9 }));
  console.log(name, octets.length);
}

async function recordBody(name: string, path: string, formats = BOTH): Promise<void> {
  for (const [ending, accept] of Object.entries(FORMATS)) {
    if (!formats.includes(ending)) continue;
    const response = await request(path, { headers: { accept } });
    console.log(name, response.status, response.headers.get("content-type"));
    save(`${name}.${ending}`, Buffer.from(await response.arrayBuffer()));
  }
}

/** Watches from before the first to after the last change, so that both see the same events. */
async function recordWatch(
  name: string,
  path: string,
  formats: readonly string[],
  changes: () => Promise<void>,
): Promise<void> {
  const query = "watch=1&resourceVersion=1&allowWatchBookmarks=true&timeoutSeconds=6";
  const watches = Object.entries(FORMATS)
    .filter(([ending]) => formats.includes(ending))
    .map(async ([ending, accept]) => {
      const headers = { accept: `${accept};stream=watch,${accept}` };
      const response = await request(`${path}?${query}`, { headers });
      console.log(name, response.status, response.headers.get("content-type"));
      save(`${name}.${ending}`, Buffer.from(await response.arrayBuffer()));
    });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await changes();
  await Promise.all(watches);
}

if (state === "restarted") await recordBody("expired-watch", `${WATCH}&resourceVersion=1`);
else await recordAll();

async function recordAll(): Promise<void> {
  const harbor = new URL("../../../../../test/recorded/data/harbor.yaml", import.meta.url);
  const objects = parseAllDocuments(readFileSync(harbor, "utf8"))
    .map((document) => document.toJS() as ApiObject)
    .filter(({ kind }) => kind in PATHS);

  await change(
    "POST",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    SERVICE_IMPORT_CRD,
  );
  await new Promise((resolve) => setTimeout(resolve, 3000));
  for (const object of [...objects, ...EXTRA_OBJECTS]) await create(object);
  // Nobody finishes these: no kubelet and no controller is there.
  await change("DELETE", "/api/v1/namespaces/crane-ns/pods/leaving");
  await change("DELETE", "/api/v1/namespaces/sunk-ns");

  const JSON_ONLY = ["json"];
  for (const [kind, [root, plural]] of Object.entries(PATHS)) {
    const path = `${root}/${plural}`;
    const formats = kind === "ServiceImport" ? JSON_ONLY : BOTH;
    await recordBody(`${kind}-list`, path, formats);
    const own = EXTRA_OBJECTS.find((object) => object.kind === kind);
    if (!own) throw new Error(`no object of kind ${kind}`);
    const target = `${pathOf(own)}/${own.metadata.name}`;
    const patch = { metadata: { annotations: { note: "changed" } } };
    await recordWatch(`${kind}-watch`, path, formats, async () => {
      await change("PATCH", target, patch, "application/merge-patch+json");
      await change("DELETE", `${target}?gracePeriodSeconds=0`);
    });
  }
  await recordBody("Service-page", "/api/v1/services?limit=3");
  // An etcd older than 3.4.31 cannot do it.
  const watchList = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
  await recordBody("refused-watch", `${WATCH}&${watchList}&allowWatchBookmarks=true`);
  await recordBody("not-found", "/api/v1/namespaces/none/services/none");
  await recordBody("bad-continue", "/api/v1/services?limit=3&continue=abc");
  const future = "resourceVersion=99999999&resourceVersionMatch=NotOlderThan";
  await recordBody("too-large-version", `/api/v1/services?${future}`);
}
