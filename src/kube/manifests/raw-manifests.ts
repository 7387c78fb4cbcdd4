import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { ClusterObject, EndpointSlice, Service } from "../cluster-source.ts";
import type { LabelSelector, Labels } from "../label-selector.ts";
import { parseLabelSelector } from "../label-selector.ts";
import type { RawObject, RawRead, RawWanted } from "../raw-objects.ts";
import { MAX_RAW_OBJECTS, canBeThere, rawFailure } from "../raw-objects.ts";
import { namespaceManifest } from "./api-server-objects.ts";
import { SERVICE_NAME_LABEL } from "./manifest.ts";
import type { ManifestFiles } from "./manifest-files.ts";
import { rawDocuments } from "./read-documents.ts";

/** What is known of the manifests when somebody looks. */
export interface KnownManifests {
  readonly files: Pick<ManifestFiles, "filesOf">;
  /** What has been made of them. */
  readonly told: Iterable<ClusterObject>;
}

/**
 * Reads the files again that have what is wanted, and completes it as an API server and its controllers would: slices
 * that no file has are told as the API would tell them. Never rejects.
 */
export async function readRawManifests(
  { files, told }: KnownManifests,
  wanted: RawWanted,
  deadlineMs: number,
): Promise<RawRead> {
  if (!canBeThere(wanted)) return { objects: [], isWhole: true };
  const { kind, namespace, name, labels = "" } = wanted;
  const isWanted = (one: { kind: string; namespace: string; name: string }): boolean =>
    one.kind === kind && one.namespace === namespace && (name === undefined || one.name === name);
  const found = new Map<string, RawObject>();
  let isWhole = true;
  try {
    const matches = parseLabelSelector(labels);
    const known = [...told].filter(isWanted);
    const words = name === undefined ? [kind] : [name, kind];
    for (const path of files.filesOf(isWanted)) {
      const text = await readFile(path, "utf8");
      for await (const value of rawDocuments(text, extname(path) === ".json", words)) {
        isWhole &&= performance.now() < deadlineMs;
        if (!isWhole) break;
        const written = keyed(value);
        if (written && isWanted(written)) found.set(written.name, asKept(written));
      }
    }
    for (const object of known) {
      const written = found.get(object.name);
      // What has not been read yet is not what nobody has written.
      if (written || isWhole) found.set(object.name, completed(object, written));
    }
    return chosen([...found.values()], matches, isWhole);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return rawFailure("failed", `manifests cannot be read again: ${reason}`);
  }
}

function chosen(objects: readonly RawObject[], matches: LabelSelector, isWhole: boolean): RawRead {
  const all = objects.filter((object) => matches(labelsOf(object)));
  if (!isWhole && all.length === 0) {
    return rawFailure("late", "the manifests have not been read again in time");
  }
  return {
    objects: all.slice(0, MAX_RAW_OBJECTS),
    isWhole: isWhole && all.length <= MAX_RAW_OBJECTS,
  };
}

/** A Namespace has its name as a label, whoever made it. */
function asKept({ kind, name, object }: Keyed): RawObject {
  if (kind !== "Namespace") return object;
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const { labels } = namespaceManifest(name, labelsOf(object));
  return { ...object, metadata: { ...metadata, labels } };
}

interface Keyed {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: RawObject;
}

function keyed(value: unknown): Keyed | undefined {
  if (!isRecord(value) || typeof value.kind !== "string") return undefined;
  const { kind } = value;
  const { name, namespace } = isRecord(value.metadata) ? value.metadata : {};
  if (typeof name !== "string") return undefined;
  const written = typeof namespace === "string" && namespace !== "" ? namespace : "default";
  return { kind, namespace: kind === "Namespace" ? "" : written, name, object: value };
}

/** @param written what a file has of it; undefined if a controller would have made it */
function completed(object: ClusterObject, written: RawObject | undefined): RawObject {
  const metadata = isRecord(written?.metadata) ? written.metadata : keyOf(object);
  switch (object.kind) {
    case "Namespace": {
      const { labels } = namespaceManifest(object.name);
      return written ?? { kind: "Namespace", metadata: { ...metadata, labels } };
    }
    case "Service":
      return { ...written, kind: "Service", metadata, spec: specOf(object, written?.spec) };
    case "EndpointSlice":
      return written ?? rawSlice(object);
    default:
      return { kind: object.kind, metadata, ...written };
  }
}

function keyOf({ namespace, name }: ClusterObject): RawObject {
  return namespace === "" ? { name } : { namespace, name };
}

function specOf(service: Service, written: unknown): RawObject {
  const spec = isRecord(written) ? written : { ports: service.ports };
  if (service.clusterIPs.length === 0) return { type: service.type, ...spec };
  const { clusterIPs } = service;
  return { type: service.type, ...spec, clusterIP: clusterIPs[0], clusterIPs };
}

function rawSlice({
  namespace,
  name,
  serviceName,
  addressType,
  endpoints,
  ports,
}: EndpointSlice): RawObject {
  return {
    kind: "EndpointSlice",
    metadata: { namespace, name, labels: { [SERVICE_NAME_LABEL]: serviceName } },
    addressType,
    endpoints: endpoints.map(({ addresses, ready, hostname, nodeName, zone, podName }) => ({
      addresses,
      conditions: { ready, serving: ready, terminating: false },
      ...(hostname === "" ? {} : { hostname }),
      ...(nodeName === "" ? {} : { nodeName }),
      ...(zone === "" ? {} : { zone }),
      ...(podName === "" ? {} : { targetRef: { kind: "Pod", namespace, name: podName } }),
    })),
    ports: ports.map(({ name, port, protocol }) => ({
      name,
      protocol: protocol.toUpperCase(),
      ...(port === 0 ? {} : { port }),
    })),
  };
}

function labelsOf({ metadata }: RawObject): Labels {
  const labels = isRecord(metadata) ? metadata.labels : undefined;
  return isRecord(labels) ? (labels as Labels) : {};
}

function isRecord(value: unknown): value is RawObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
