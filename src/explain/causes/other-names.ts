import type { Cause, Seen } from "../finding.ts";
import { hasReason, isDeniedByOthers, isMeant } from "../finding.ts";
import type { PodSeen } from "../pod-seen.ts";
import { podsIn, stateOf } from "../pod-seen.ts";
import { commands } from "./commands.ts";
import { labelsText } from "./nearest-labels.ts";
import { blindness, unseenOf } from "./unseen.ts";

export const podNames: Cause = (seen) => {
  const { facts, state } = seen;
  if (!facts || facts.kind !== "pod") return undefined;
  const found = (code: string, sentence: string, evidence: readonly string[]) => ({
    code,
    level: "failing" as const,
    weight: 100,
    sentence,
    evidence: [...evidence, ...podEvidence(seen)],
    next: [commands.pods(facts.namespace)],
    unseen: unseenOf(seen.closer?.neighbours, commands.pods(facts.namespace)),
  });
  if (hasReason(seen, "pods-disabled")) {
    return found("pods-disabled", "Names of pods are off in the Corefile", [
      '"pods disabled", the default of plugin/kubernetes, denies all of them; "pods verified" serves those that there are',
    ]);
  }
  if (!hasReason(seen, "no-pod")) return undefined;
  if (state?.pods === "insecure") {
    return found("pod-name-is-no-address", `"${seen.name}" does not say a pod's address`, [
      "a pod is named by its address with hyphens: 10-1-2-3.NAMESPACE.pod",
    ]);
  }
  return found(
    "no-pod",
    `Namespace "${facts.namespace}" has no running pod with the address that "${seen.name}" says`,
    ['"pods verified" answers only for addresses that running pods of the namespace have'],
  );
};

/** What there is of the Pod that the name may mean. */
function podEvidence({ name, facts, state, closer }: Seen): string[] {
  const blind = blindness(closer?.neighbours);
  if (blind !== undefined) return [`whether there is such a pod is not seen: ${blind}`];
  const [label = ""] = name.split(".");
  const isMeant = (pod: PodSeen): boolean => {
    return pod.name === label || pod.addresses.some((address) => dashed(address) === label);
  };
  const pod = podsIn(closer?.neighbours).find(isMeant);
  if (!facts || !pod) return [];
  const [address] = pod.addresses;
  if (address === undefined) return [stateOf(pod), `pod "${pod.name}" has no address yet`];
  const rule = state?.labels ? `; "labels" takes only what matches "${state.labels}"` : "";
  return [
    `pod "${pod.name}" has address ${address}: by that it would be "${dashed(address)}.${facts.namespace}.pod.${facts.zone}"`,
    `${stateOf(pod)}, has labels ${labelsText(pod.labels)}${rule}`,
  ];
}

/** As names of pods have an address: `10-1-2-3`, `2001-db8--1`. */
function dashed(address: string): string {
  return address.replaceAll(/[.:]/g, "-");
}

export const addressOfNobody: Cause = (seen) => {
  const { facts } = seen;
  if (!facts) return undefined;
  const { address } = facts;
  const isOfNobody = address !== undefined && isDeniedByOthers(seen);
  if (!isOfNobody && !hasReason(seen, "no-object-with-address")) return undefined;
  return {
    code: "address-of-nobody",
    level: "failing",
    weight: 100,
    sentence:
      address === undefined
        ? `"${seen.name}" is not the reverse name of a whole address`
        : `No Service has ClusterIP ${address}, and no ready endpoint of a Service has that address`,
    evidence: ["only those have a PTR record: a pod that is behind no Service has none"],
    next: [
      {
        why: "who has the address",
        command: "kubectl get services,pods -A -o wide",
      },
    ],
  };
};

export const noSuchForm: Cause = (seen) => {
  const { facts } = seen;
  if (!facts || !hasReason(seen, "no-such-form")) return undefined;
  return {
    code: "no-such-form",
    level: "failing",
    weight: isMeant(seen) ? 70 : 5,
    sentence: `"${seen.name}" is in the cluster's zone, but no name there looks like that`,
    evidence: [
      `a Service is SERVICE.NAMESPACE.svc.${facts.zone}`,
      `a port is _PORT._PROTOCOL in front of that, an endpoint its hostname`,
    ],
    next: [commands.resolvConf()],
  };
};
