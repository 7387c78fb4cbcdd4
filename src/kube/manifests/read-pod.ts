import type { ObjectKey, ServicePort } from "../cluster-source.ts";
import type { Labels } from "../label-selector.ts";
import type { PodManifest } from "./manifest.ts";
import type { ManifestField } from "./manifest-field.ts";
import { DNS_LABEL, PROTOCOLS } from "./patterns.ts";

const PHASES = ["Pending", "Running", "Succeeded", "Failed", "Unknown"] as const;

export function readPod(key: ObjectKey, labels: Labels, object: ManifestField): PodManifest {
  const spec = object.get("spec");
  const status = object.get("status");
  const podIPs = readPodIPs(status);
  // A kubelet that gives an address says the phase, too: people forget it.
  const phase = status.get("phase").oneOf(PHASES, podIPs.length > 0 ? "Running" : "Pending");
  return {
    kind: "Pod",
    ...key,
    labels,
    object: { kind: "Pod", ...key, podIPs, phase, labels },
    isReady: isReady(status, phase) && object.get("metadata").get("deletionTimestamp").isAbsent,
    hostname: spec.get("hostname").matching(DNS_LABEL, "a host name"),
    subdomain: spec.get("subdomain").matching(DNS_LABEL, "a DNS label"),
    nodeName: spec.get("nodeName").string(),
    containerPorts: containersOf(spec).flatMap(readContainerPorts),
  };
}

/** `podIP` stands for the first of `podIPs`. */
function readPodIPs(status: ManifestField): string[] {
  const first = status.get("podIP");
  const all = status.get("podIPs").items();
  const given = all.map((item) => item.get("ip")).filter((field) => field.string() !== "");
  const fields = given.length === 0 && first.string() !== "" ? [first] : given;
  return fields.map((field) => field.ip().text);
}

/** The condition Ready; without it, as manifests written by hand often are, the phase Running. */
function isReady(status: ManifestField, phase: string): boolean {
  const conditions = status.get("conditions").items();
  const ready = conditions.find((condition) => condition.get("type").string() === "Ready");
  return ready ? ready.get("status").string() === "True" : phase === "Running";
}

/** Containers and sidecars: init containers that are always restarted. */
function containersOf(spec: ManifestField): ManifestField[] {
  const initContainers = spec.get("initContainers").items();
  const sidecars = initContainers.filter(
    (container) => container.get("restartPolicy").string() === "Always",
  );
  return [...spec.get("containers").items(), ...sidecars];
}

function readContainerPorts(container: ManifestField): ServicePort[] {
  const fields = container.get("ports").items();
  return fields.map((field) => ({
    name: field.get("name").string(),
    port: field.get("containerPort").port(),
    protocol: field.get("protocol").oneOf(PROTOCOLS, "TCP").toLowerCase(),
  }));
}
