import { MOVE_NEEDS, NO_COREFILE, REFUSED } from "../check/move-rules.ts";
import type { Finding, Rule } from "../check/rule.ts";
import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import type { Fields } from "./audited-object.ts";
import { fieldAt, fieldsOf, isFields, listOf } from "./audited-object.ts";
import type { MountedCorefile } from "./mounted-corefile.ts";
import { mebibytesIn } from "./quantity.ts";
import type { WrittenValues } from "./read-written.ts";
import type { ReleaseValues } from "./release-values.ts";
import { corefileOfValues } from "./values-corefile.ts";
import { auditKeysOf, KNOWN } from "./values-keys.ts";

/** What is to be said of values of CoreDNS's chart. */
export interface AuditedValues {
  readonly findings: readonly Finding[];
  /** That the chart makes of `servers`; undefined without any. */
  readonly corefile: MountedCorefile | undefined;
}

/** Of RKE2's patched chart; `nodelocal` is NodeLocal DNSCache. */
const RKE2_KEYS = ["nodelocal", "k8sApp"];

/**
 * Says of each key whether it means the same for Portolan's chart, and finds what that would refuse.
 * @param release the object that they stand in, if they are no file of their own
 */
export function auditValues(
  { value, ...written }: WrittenValues,
  release?: Pick<ReleaseValues, "label" | "isPart">,
): AuditedValues {
  const isPart = release?.isPart ?? false;
  const base = baseOf(value) ?? (release ? [] : undefined);
  if (!base) {
    const keys = Object.keys(value)
      .slice(0, 5)
      .map((key) => `"${key}"`)
      .join(", ");
    const message = `Cannot check: neither an object of Kubernetes nor values of CoreDNS's chart, which has none of the keys ${keys}`;
    return { findings: [{ rule: NO_COREFILE, at: written.at([]), message }], corefile: undefined };
  }
  const all = fieldsOf(fieldAt(value, ...base));
  const { servers } = all;
  const isOwn = (key: string): boolean => isPart && RKE2_KEYS.includes(key);
  const values = Object.fromEntries(Object.entries(all).filter(([key]) => !isOwn(key)));
  const findings: Finding[] = [...auditKeysOf(values, written, base)];
  const say = (rule: Rule, path: FieldPath, message: string): void => {
    findings.push({ rule, at: written.at([...base, ...path]), message });
  };
  for (const key of Object.keys(all).filter(isOwn)) {
    say(MOVE_NEEDS, [key], `"${key}" is RKE2's own: Portolan's chart has nothing of that name`);
  }
  if (isFields(servers)) {
    const message = `"servers" is a map, as in Portolan's own form: these are no values of CoreDNS's chart, and helm template checks them`;
    return {
      findings: [{ rule: NO_COREFILE, at: written.at([...base, "servers"]), message }],
      corefile: undefined,
    };
  }
  // The rest of a part, its servers as well, is the controller's.
  if (!isPart && !Array.isArray(servers) && values["compatibility"] !== "coredns") {
    say(
      MOVE_NEEDS,
      [],
      "there is no list of servers: give Portolan's chart --set compatibility=coredns as well",
    );
  }
  for (const { path, message } of refusals(values)) say(REFUSED, path, message);
  const whose = release ? `values of ${release.label}` : "values";
  const label = base.length === 0 ? whose : `${whose} of "${base.join(".")}"`;
  const corefile = Array.isArray(servers)
    ? corefileOfValues(values, written, base, label)
    : undefined;
  return { findings, corefile };
}

/** Where the values begin: at the top, or under the key of a parent chart. */
function baseOf(value: Fields): readonly string[] | undefined {
  const isOfChart = (one: Fields): boolean =>
    Object.keys(one).some((key) => Object.hasOwn(KNOWN, key));
  if (isFields(value["coredns"]) && isOfChart(value["coredns"])) return ["coredns"];
  if (isOfChart(value) || Object.keys(value).length === 0) return [];
  const parent = Object.entries(value).find(([, one]) => {
    return isFields(one) && Array.isArray(one["servers"]) && isOfChart(one);
  });
  return parent ? [parent[0]] : undefined;
}

interface Refusal {
  readonly path: FieldPath;
  readonly message: string;
}

/** Node starts at 80 MiB. */
const LEAST_MEBIBYTES = 128;

/** What `coredns.checkValues` of the chart refuses, but for plugins: the Corefile tells of those. */
function refusals(values: Fields): Refusal[] {
  const found: Refusal[] = [];
  const memory = fieldAt(values, "resources", "limits", "memory");
  const mebibytes = mebibytesIn(memory);
  if (mebibytes !== undefined && mebibytes < LEAST_MEBIBYTES) {
    found.push({
      path: ["resources", "limits", "memory"],
      message: `resources.limits.memory is "${String(memory)}": Node starts at 80 MiB, give it 128Mi at least`,
    });
  }
  const names = listOf(values["servers"]).flatMap((server) =>
    listOf(fieldAt(server, "plugins")).map((plugin) => fieldAt(plugin, "name")),
  );
  if (values["automountServiceAccountToken"] === false && names.includes("kubernetes")) {
    found.push({
      path: ["automountServiceAccountToken"],
      message: `automountServiceAccountToken is false: plugin "kubernetes" cannot ask the API server without a token`,
    });
  }
  const { dnsPolicy, dnsConfig } = fieldsOf(values["deployment"]);
  if (dnsPolicy === "None" && Object.keys(fieldsOf(dnsConfig)).length === 0) {
    found.push({
      path: ["deployment", "dnsPolicy"],
      message: `deployment.dnsPolicy is "None": it needs deployment.dnsConfig`,
    });
  }
  return found;
}
