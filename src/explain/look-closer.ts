import type { ClusterObjects, ObjectsRead } from "../server/contract/cluster-objects.ts";
import { objectsIn } from "../server/contract/cluster-objects.ts";
import { RawField } from "../server/contract/raw-field.ts";
import { lacksTargetPort } from "./causes/target-port.ts";
import type { Closer, Seen } from "./finding.ts";
import { hasReason, isAnswered, isDeniedByOthers } from "./finding.ts";

/** A cluster that is slow to say more must not keep people from what is known already. */
const LOOK_MS = 1_500;
/** Names of a search list whose objects are looked at. */
const MAX_LOOKS = 3;

/** A name, and who can look at the objects that it is about. */
export interface Lookable {
  readonly seen: Seen;
  readonly objects: ClusterObjects | undefined;
}

/** Looks at the objects behind names that have something the matter. Those that are well cost nothing. */
export async function lookCloser(
  names: readonly Lookable[],
  deadlineMs: number,
  lookMs = LOOK_MS,
): Promise<readonly Seen[]> {
  const untilMs = Math.min(deadlineMs, performance.now() + lookMs);
  const last = names.at(-1);
  // What failed on the way to an answer is how search lists work.
  const judged = last && isAnswered(last.seen) ? [last] : names;
  const looks = judged.map((one) => lookFor(one)).filter((look) => look !== undefined);
  const chosen = new Set(looks.slice(-MAX_LOOKS));
  return Promise.all(
    names.map(async ({ seen }) => {
      const look = looks.find((one) => one.seen === seen);
      return look && chosen.has(look) ? { ...seen, closer: await look.at(untilMs) } : seen;
    }),
  );
}

interface Look {
  readonly seen: Seen;
  readonly at: (untilMs: number) => Promise<Closer>;
}

function lookFor({ seen, objects }: Lookable): Look | undefined {
  const { facts, state } = seen;
  if (!facts || !state || !objects) return undefined;
  const { namespace, serviceName: name, service } = facts;
  const isDenied = isDeniedByOthers(seen);
  if (facts.kind === "pod" && ["no-pod", "pods-disabled"].some((code) => hasReason(seen, code))) {
    return {
      seen,
      at: async (untilMs) => ({ neighbours: await podsOf(objects, namespace, untilMs) }),
    };
  }
  if (hasReason(seen, "no-namespace") || (isDenied && !facts.namespaceExists)) {
    if (state.namespaceLabels === "" || namespace === "") return undefined;
    const wanted = { kind: "Namespace", namespace: "", name: namespace } as const;
    return { seen, at: async (untilMs) => ({ namespace: await objects.read(wanted, untilMs) }) };
  }
  if (!service) {
    const isMissing = hasReason(seen, "no-service") || (isDenied && name !== "");
    if (state.labels === "" || !isMissing) return undefined;
    const wanted = { kind: "Service", namespace, name } as const;
    return { seen, at: async (untilMs) => ({ service: await objects.read(wanted, untilMs) }) };
  }
  if (service.type === "ExternalName" || !isAboutEndpoints(seen)) return undefined;
  if (!hasReason(seen, "no-endpoint-name")) {
    return { seen, at: (untilMs) => lookAtService(objects, service, untilMs) };
  }
  const wanted = { kind: "Pod", namespace, name: facts.endpoint } as const;
  return {
    seen,
    async at(untilMs) {
      const ofService = lookAtService(objects, service, untilMs);
      return { named: await objects.read(wanted, untilMs), ...(await ofService) };
    },
  };
}

function isAboutEndpoints(seen: Seen): boolean {
  if (seen.facts?.service?.ready === 0 || hasReason(seen, "no-endpoint-name")) return true;
  return lacksTargetPort(seen) !== undefined;
}

/** The Service, its slices and the Pods that it selects; if there are none, their neighbours. */
async function lookAtService(
  objects: ClusterObjects,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  untilMs: number,
): Promise<Closer> {
  const slicesOfIt = `kubernetes.io/service-name=${name}`;
  const [service, slices] = await Promise.all([
    objects.read({ kind: "Service", namespace, name }, untilMs),
    objects.read({ kind: "EndpointSlice", namespace, labels: slicesOfIt }, untilMs),
  ]);
  const [raw] = objectsIn(service);
  const selector = new RawField(raw).get("spec", "selector").texts();
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  if (labels.length === 0) return { service, slices };
  const wanted = { kind: "Pod", namespace, labels: labels.join(",") } as const;
  const pods = await objects.read(wanted, untilMs);
  if (pods.failure || pods.objects.length > 0) return { service, slices, pods };
  return { service, slices, pods, neighbours: await podsOf(objects, namespace, untilMs) };
}

function podsOf(objects: ClusterObjects, namespace: string, untilMs: number): Promise<ObjectsRead> {
  return objects.read({ kind: "Pod", namespace }, untilMs);
}
