import { MOVE_NEEDS, SAME } from "../check/move-rules.ts";
import type { Finding, Rule } from "../check/rule.ts";
import type { Labels } from "../kube/label-selector.ts";
import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import type { AuditedObject } from "./audited-object.ts";
import { fieldAt, listOf, nameOf, textsAt } from "./audited-object.ts";

const DNS_PORT = 53;
/** What Portolan's pods carry, so that the Services of most distributions find them. */
const POD_LABEL = "k8s-app";
const POD_LABEL_VALUE = "kube-dns";
const SELECTOR: FieldPath = ["spec", "selector"];

/** Whether it sends queries to DNS servers. */
export function isDnsService({ kind, value }: AuditedObject): boolean {
  return kind === "Service" && portsOf(value).some(({ port }) => port === DNS_PORT);
}

interface WrittenPort {
  readonly index: number;
  readonly port: unknown;
  readonly protocol: string;
  readonly name: string;
}

function portsOf(value: unknown): WrittenPort[] {
  return listOf(fieldAt(value, "spec", "ports")).map((written, index) => {
    const { protocol = "TCP", name = "" } = textsAt(written);
    return { index, port: fieldAt(written, "port"), protocol, name };
  });
}

/** Whether the Service would find Portolan's pods, by both protocols. */
export function auditService(object: AuditedObject): Finding[] {
  const findings: Finding[] = [];
  const say = (rule: Rule, path: FieldPath, message: string): void => {
    findings.push({ rule, at: object.at(path), message: `${nameOf(object)}: ${message}` });
  };
  const selector = textsAt(object.value, ...SELECTOR.map(String));
  saySelector(object, selector, (rule, message) => say(rule, SELECTOR, message));
  const ports = portsOf(object.value).filter(({ port }) => port === DNS_PORT);
  const protocols = new Set(ports.map(({ protocol }) => protocol));
  const [first] = ports;
  if (first && protocols.size === 1 && !protocols.has("TCP")) {
    say(
      MOVE_NEEDS,
      ["spec", "ports", first.index],
      "port 53 is there for UDP alone: long answers need TCP; add it first, under a name of its own",
    );
  }
  const names = ports.map(({ name }) => name).join(" ");
  if (protocols.size > 1 && names !== "dns dns-tcp") {
    const list = ports.map(({ name }) => `"${name}"`).join(" and ");
    say(
      MOVE_NEEDS,
      ["spec", "ports"],
      `its ports are named ${list}: leave it to its owner (service.create: false), or keep these names, as Helm 3 tells ports apart by number alone`,
    );
  }
  return findings;
}

function saySelector(
  object: AuditedObject,
  selector: Labels,
  say: (rule: Rule, message: string) => void,
): void {
  const written = Object.entries(selector).map(([name, value]) => `${name}=${value}`);
  const others = Object.keys(selector).filter((name) => selector[name] !== podLabel(name));
  if (written.length === 0) {
    say(
      MOVE_NEEDS,
      "it has no selector: somebody else writes its endpoints, and has to write Portolan's",
    );
  } else if (others.length === 0) {
    say(SAME, `its selector "${written.join(",")}" finds Portolan's pods`);
  } else {
    const where = object.namespace === "" ? "" : ` -n ${object.namespace}`;
    const hasLabel = selector[POD_LABEL] === POD_LABEL_VALUE;
    const patch = hasLabel
      ? others.map((name) => `{"op":"remove","path":"/spec/selector/${pointer(name)}"}`)
      : [];
    const how = hasLabel
      ? `kubectl${where} patch service ${object.name} --type=json -p '[${patch.join(",")}]'`
      : `give Portolan's pods these labels (podLabels), or upgrade the release that made it`;
    say(
      MOVE_NEEDS,
      `its selector "${written.join(",")}" matches no pod of Portolan, and DNS would end with CoreDNS: ${how}`,
    );
  }
}

function podLabel(name: string): string | undefined {
  return name === POD_LABEL ? POD_LABEL_VALUE : undefined;
}

/** As a part of a JSON pointer (RFC 6901 §3). */
function pointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
