import type { ObjectsRead, RawObject } from "../server/contract/cluster-objects.ts";
import { objectsIn } from "../server/contract/cluster-objects.ts";
import { RawField } from "../server/contract/raw-field.ts";
import { shortened } from "./words.ts";

/** A Pod, as far as it says why a name does not lead to it. */
export interface PodSeen {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: string;
  readonly addresses: readonly string[];
  readonly hostname: string;
  readonly subdomain: string;
  /** `StatefulSet "postgres"`; undefined if nobody owns it. */
  readonly owner: string | undefined;
  readonly isReady: boolean;
  /** When somebody asked for its end, Unix time in milliseconds. */
  readonly terminatingSinceMs: number | undefined;
  /** What is the matter with it, in words of its kubelet. */
  readonly troubles: readonly string[];
  /** `http (8080/TCP)` */
  readonly containerPorts: readonly string[];
}

/** Those that were read; none if they could not be. */
export function podsIn(read: ObjectsRead | undefined): PodSeen[] {
  return objectsIn(read).map(podIn);
}

export function podIn(object: RawObject): PodSeen {
  const pod = new RawField(object);
  const metadata = pod.get("metadata");
  const status = pod.get("status");
  const addresses = status
    .get("podIPs")
    .items()
    .map((item) => item.get("ip").text());
  const first = status.get("podIP").text();
  // A kubelet that gives an address says the phase, too: people who write manifests forget it.
  const phase =
    status.get("phase").text() || (first === "" && addresses.length === 0 ? "Pending" : "Running");
  const conditions = status.get("conditions").items();
  const ready = conditions.find((one) => one.get("type").text() === "Ready");
  const [owner] = metadata.get("ownerReferences").items();
  const terminatingSinceMs = endAskedMs(metadata);
  const isReady = ready ? ready.get("status").text() === "True" : phase === "Running";
  return {
    name: metadata.get("name").text(),
    labels: metadata.get("labels").texts(),
    phase,
    addresses: addresses.length > 0 || first === "" ? addresses : [first],
    hostname: pod.get("spec", "hostname").text(),
    subdomain: pod.get("spec", "subdomain").text(),
    owner: owner && `${owner.get("kind").text()} "${owner.get("name").text()}"`,
    isReady: isReady && terminatingSinceMs === undefined,
    terminatingSinceMs,
    troubles: [...conditionTroubles(conditions), ...containerTroubles(status)],
    containerPorts: containerPorts(pod.get("spec")),
  };
}

/** `deletionTimestamp` is when it shall be over: the grace that it has was added to it. */
function endAskedMs(metadata: RawField): number | undefined {
  const endMs = metadata.get("deletionTimestamp").timeMs();
  const graceSeconds = metadata.get("deletionGracePeriodSeconds").number() ?? 0;
  return endMs === undefined ? undefined : endMs - graceSeconds * 1_000;
}

/** The first that fails, in the order in which a Pod begins to be. */
const CONDITIONS = ["PodScheduled", "Initialized", "ContainersReady", "Ready"];

function conditionTroubles(conditions: readonly RawField[]): string[] {
  const failing = conditions.filter((one) => one.get("status").text() !== "True");
  const byOrder = CONDITIONS.flatMap((type) =>
    failing.filter((one) => one.get("type").text() === type),
  );
  return byOrder.slice(0, 1).map((one) => {
    const since = timeText(one.get("lastTransitionTime").timeMs());
    return `${one.get("type").text()} is ${one.get("status").text()}${since}${saying(one)}`;
  });
}

function containerTroubles(status: RawField): string[] {
  const all = ["initContainerStatuses", "containerStatuses"].flatMap((name) =>
    status.get(name).items(),
  );
  return all.flatMap((container) => {
    const name = `container "${container.get("name").text()}"`;
    const state = container.get("state");
    const waiting = state.get("waiting");
    const restarts = container.get("restartCount").number() ?? 0;
    const often = restarts > 0 ? `, restarted ${restarts} times` : "";
    const last = container.get("lastState", "terminated");
    const ended = last.isAbsent ? "" : `, last ended by ${endOf(last)}`;
    if (!waiting.isAbsent) return [`${name} waits${saying(waiting)}${often}${ended}`];
    const terminated = state.get("terminated");
    const isDone = terminated.get("exitCode").number() === 0;
    if (!terminated.isAbsent)
      return isDone ? [] : [`${name} has ended by ${endOf(terminated)}${often}`];
    return container.get("ready").boolean() === false && !state.get("running").isAbsent
      ? [`${name} runs, and its readiness probe has not succeeded${often}${ended}`]
      : [];
  });
}

function endOf(terminated: RawField): string {
  const reason = terminated.get("reason").text();
  const code = terminated.get("exitCode").number();
  return `${reason === "" ? "an end" : shortened(reason)}${code === undefined ? "" : ` (exit code ${code})`}`;
}

/** `: REASON: MESSAGE`, as far as there is any. */
function saying(field: RawField): string {
  const texts = [field.get("reason").text(), field.get("message").text()];
  return texts
    .filter((text) => text !== "")
    .map((text) => `: ${shortened(text)}`)
    .join("");
}

function timeText(timeMs: number | undefined): string {
  return timeMs === undefined ? "" : ` since ${isoTime(timeMs)}`;
}

/** Without fractions of a second, which nobody needs. */
export function isoTime(timeMs: number): string {
  const time = new Date(timeMs);
  if (Number.isNaN(time.getTime())) return "a time that is none";
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

function containerPorts(spec: RawField): string[] {
  const containers = ["containers", "initContainers"].flatMap((name) => spec.get(name).items());
  return containers.flatMap((container) =>
    container
      .get("ports")
      .items()
      .map((port) => {
        const name = port.get("name").text() || "without a name";
        const protocol = port.get("protocol").text() || "TCP";
        return `${name} (${port.get("containerPort").number() ?? "?"}/${protocol})`;
      }),
  );
}

/** One sentence of a Pod that no name leads to. */
export function stateOf(pod: PodSeen): string {
  const { name, phase, terminatingSinceMs, troubles, addresses, isReady } = pod;
  const title = `pod "${name}"`;
  if (terminatingSinceMs !== undefined) {
    return `${title} is terminating since ${isoTime(terminatingSinceMs)}`;
  }
  if (hasEnded(pod)) return `${title} has ended: its phase is ${shortened(phase)}`;
  if (isReady) return `${title} is ready`;
  const address = addresses.length === 0 ? ", and has no address" : "";
  if (troubles.length > 0) return `${title} is not ready${address}: ${troubles.join("; ")}`;
  return `${title} is not ready${address}: its phase is ${shortened(phase)}`;
}

export function hasEnded({ phase }: Pick<PodSeen, "phase">): boolean {
  return phase === "Succeeded" || phase === "Failed";
}
