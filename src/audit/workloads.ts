import { DIFFERS, MOVE_NEEDS, OTHER_VERSION, SAME } from "../check/move-rules.ts";
import type { Finding, Rule } from "../check/rule.ts";
import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import type { AuditedObject } from "./audited-object.ts";
import { fieldAt, listOf, nameOf, textsAt } from "./audited-object.ts";
import { mebibytesIn } from "./quantity.ts";

/** Portolan's behaviour is that of this version. */
const COREDNS = "1.15";
/** Node starts at 80 MiB. */
const LEAST_MEBIBYTES = 128;
const CONTAINERS: FieldPath = ["spec", "template", "spec", "containers"];

const DNS_NAME = /coredns|kube-?dns|dns-default|node-?local-?dns/i;
const NODE_LOCAL = /node-?local-?dns/i;

export function isWorkload({ kind, name, value }: AuditedObject): boolean {
  if (kind !== "Deployment" && kind !== "DaemonSet") return false;
  const isScaler = /autoscaler|node-resolver/.test(name);
  const labels = Object.values(textsAt(value, "metadata", "labels"));
  return !isScaler && (DNS_NAME.test(name) || labels.some((text) => DNS_NAME.test(text)));
}

export function isNodeLocal({ name }: AuditedObject): boolean {
  return NODE_LOCAL.test(name);
}

/** What is to be known of a Deployment or DaemonSet of DNS servers. */
export function auditWorkload(object: AuditedObject): Finding[] {
  const findings: Finding[] = [];
  const say = (rule: Rule, path: FieldPath, message: string): void => {
    findings.push({ rule, at: object.at(path), message: `${nameOf(object)}: ${message}` });
  };
  for (const [i, container] of containersOf(object).entries()) {
    const path = [...CONTAINERS, i];
    const image = fieldAt(container, "image");
    if (typeof image !== "string" || !isDnsServer(image)) continue;
    sayImage(image, (rule, message) => say(rule, [...path, "image"], message));
    const memory = fieldAt(container, "resources", "limits", "memory");
    const mebibytes = mebibytesIn(memory);
    if (mebibytes !== undefined && mebibytes < LEAST_MEBIBYTES) {
      const message = `memory is limited to ${String(memory)}: Portolan's Node starts at 80 MiB, give it 128Mi at least`;
      say(MOVE_NEEDS, [...path, "resources", "limits", "memory"], message);
    }
    const strange = image.includes("coredns") ? strangeArgument(container) : undefined;
    if (strange !== undefined) say(MOVE_NEEDS, [...path, "args"], strange);
  }
  return findings;
}

function containersOf({ value }: AuditedObject): readonly unknown[] {
  return listOf(fieldAt(value, ...CONTAINERS.map(String)));
}

function isDnsServer(image: string): boolean {
  return /coredns|dns-node-cache|k8s-dns-kube-dns|kubedns/.test(image);
}

function sayImage(image: string, say: (rule: Rule, message: string) => void): void {
  if (/dns-node-cache/.test(image)) {
    say(
      MOVE_NEEDS,
      `"${image}" sets the interface and rules of a node up, which Portolan does not: leave it, it asks whatever the Service names`,
    );
    return;
  }
  if (!image.includes("coredns")) {
    say(DIFFERS, `"${image}" is not CoreDNS: its answers differ in details, as CoreDNS's would`);
    return;
  }
  const [, version = ""] = /:v?(\d+\.\d+)(?:[.+-]|$)/.exec(image) ?? [];
  if (version === COREDNS) say(SAME, `CoreDNS ${version} is what Portolan is compared with`);
  else {
    const runs =
      version === "" ? `"${image}" does not tell its version` : `CoreDNS ${version} runs`;
    say(OTHER_VERSION, `${runs}, and Portolan does what ${COREDNS} does`);
  }
}

/** Flags of CoreDNS that Portolan has too. */
const KNOWN_FLAGS = /^--?(?:conf|dns\.port|p|pidfile|quiet|version|plugins)(?:=|$)/;

function strangeArgument(container: unknown): string | undefined {
  const args = listOf(fieldAt(container, "args")).map(String);
  const strange = args.find((arg) => arg.startsWith("-") && !KNOWN_FLAGS.test(arg));
  return strange === undefined ? undefined : `argument "${strange}" is none of Portolan's`;
}

/** Deployments that kubeadm takes for the DNS by their own label: it stops if there is more than one. */
export function auditTwins(workloads: readonly AuditedObject[]): Finding[] {
  const named = workloads.filter(({ kind, namespace, value }) => {
    const labels = textsAt(value, "metadata", "labels");
    return kind === "Deployment" && isKubeSystem(namespace) && labels["k8s-app"] === "kube-dns";
  });
  const [, second] = named;
  if (!second) return [];
  const names = named.map(({ name }) => `"${name}"`).join(" and ");
  const message = `Deployments ${names} both carry the label k8s-app=kube-dns: kubeadm upgrade stops at that; take it from the one that is not kubeadm's (its pods may keep it)`;
  return [{ rule: MOVE_NEEDS, at: second.at(["metadata", "labels"]), message }];
}

function isKubeSystem(namespace: string): boolean {
  return namespace === "kube-system" || namespace === "";
}
