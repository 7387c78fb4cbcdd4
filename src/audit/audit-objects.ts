import { IGNORED, MOVE_NEEDS } from "../check/move-rules.ts";
import type { Finding } from "../check/rule.ts";
import type { AuditedObject } from "./audited-object.ts";
import { nameOf } from "./audited-object.ts";
import { withoutCorefile } from "./config-maps.ts";
import { isKubeDns } from "./kube-dns.ts";
import { ownerOf } from "./owners.ts";
import { auditService, isDnsService } from "./services.ts";
import { auditTwins, auditWorkload, isNodeLocal, isWorkload } from "./workloads.ts";

/**
 * What a move from CoreDNS would meet in these objects: who puts them back, whether Services would find Portolan's pods.
 * @param hasCorefile whether a Corefile, or stub domains, were found in them
 */
export function auditObjects(objects: readonly AuditedObject[], hasCorefile: boolean): Finding[] {
  const workloads = objects.filter(isWorkload);
  const services = objects.filter(isDnsService);
  if (!hasCorefile && workloads.length + services.length === 0) return withoutCorefile(objects);
  return [
    ...sayOwner(objects, workloads),
    ...workloads.flatMap(auditWorkload),
    ...auditTwins(workloads),
    ...services.flatMap(auditService),
    ...sayKubeDns(objects, workloads),
  ];
}

function sayOwner(
  objects: readonly AuditedObject[],
  workloads: readonly AuditedObject[],
): Finding[] {
  // Without anything that runs it is somebody's Corefile, and not a cluster.
  if (workloads.length === 0) return [];
  const found = ownerOf(objects.filter((object) => !isNodeLocal(object)));
  if (!found) return [];
  const { owner, by } = found;
  const message = `${nameOf(by)} is made by ${owner.name}: ${owner.needs}`;
  return [{ rule: MOVE_NEEDS, at: by.at([]), message }];
}

/** CoreDNS does not read the ConfigMap of kube-dns; kube-dns does, and NodeLocal DNSCache. */
function sayKubeDns(
  objects: readonly AuditedObject[],
  workloads: readonly AuditedObject[],
): Finding[] {
  const readers = workloads.filter((one) => one.name === "kube-dns" || isNodeLocal(one));
  const hasCoreDns = workloads.some((one) => !readers.includes(one));
  if (!hasCoreDns || readers.length > 0) return [];
  return objects.filter(isKubeDns).map((map) => {
    const message = `${nameOf(map)} has stub domains or upstreams: CoreDNS does not read them`;
    return { rule: IGNORED, at: map.at(["data"]), message };
  });
}
