import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { CLIENT_CERTIFICATE } from "../../cluster/api-server.ts";
import { findKubeApiServer, findRecentEtcd } from "../../cluster/binaries.ts";
import { ControlPlane } from "../../cluster/control-plane.ts";
import { inParallel } from "../../cluster/in-parallel.ts";
import type { KubernetesObject } from "../../cluster/kubernetes-object.ts";
import { referenceTo } from "../../cluster/kubernetes-object.ts";
import { allow, DNS_RULES } from "../../cluster/rbac.ts";
import type { Size } from "./objects.ts";
import { endpointSlice, namespaces, numbers, pod, service } from "./objects.ts";

/** As many as the client has connections. */
const PARALLEL = 32;

/**
 * A control plane with a cluster in it: out of the cache, or loaded through the API, which takes a minute
 * for each 15,000 objects, and then put into the cache.
 */
export async function startLoadedPlane(size: Size): Promise<ControlPlane> {
  const folder = cacheFolder(size);
  const plane = await ControlPlane.start();
  try {
    if (existsSync(folder)) await plane.restoreEtcd({ folder });
    else await load(plane, size, folder);
  } catch (error) {
    await plane.stop();
    throw error;
  }
  return plane;
}

async function load(plane: ControlPlane, size: Size, folder: string): Promise<void> {
  const beganMs = performance.now();
  await allow(plane.client(), CLIENT_CERTIFICATE.user, DNS_RULES);
  await create(plane, "Namespaces", namespaces());
  await create(plane, "Services", numbers(size.services).map(service));
  const slices = numbers(size.services).map((n) => endpointSlice(n));
  await create(plane, "EndpointSlices", slices);
  await create(plane, "Pods", numbers(size.pods).map(pod));
  const saved = await plane.saveEtcd();
  mkdirSync(join(folder, ".."), { recursive: true });
  const draft = `${folder}.${process.pid}`;
  try {
    cpSync(saved.folder, draft, { recursive: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(saved.folder, { recursive: true, force: true });
  }
  const seconds = (performance.now() - beganMs) / 1_000;
  console.log(`Loaded in ${seconds.toFixed(0)} s, and kept for the next time: ${folder}`);
}

async function create(
  plane: ControlPlane,
  what: string,
  objects: readonly KubernetesObject[],
): Promise<void> {
  if (objects.length === 0) return;
  console.log(`Creating ${objects.length.toLocaleString("en")} ${what} ...`);
  const client = plane.client();
  await inParallel(objects, PARALLEL, async (object) => {
    await client.create(object);
    const { status } = object;
    if (status !== undefined) await client.setStatus(referenceTo(object), status);
  });
  client.close();
}

/** Other objects or other programs have another place. */
function cacheFolder({ services, pods }: Size): string {
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "portolan");
  const digest = createHash("sha256")
    .update(readFileSync(join(import.meta.dirname, "objects.ts")))
    .update([findKubeApiServer(), findRecentEtcd()].map((path) => basename(path)).join())
    .digest("hex");
  return join(cache, `scale-${services}-${pods}-${digest.slice(0, 16)}`);
}
