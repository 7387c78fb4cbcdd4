import { readCluster } from "../../audit/read-cluster.ts";
import { inOrder } from "../../check/findings.ts";
import { CLUSTER_AWAY } from "../../check/move-rules.ts";
import type { ApiAccess } from "../../kube/api/access.ts";
import { kubeconfigOfUser } from "../../kube/api/access/kubeconfig-files.ts";
import { expandHome, makeAccess } from "../../kube/api/access/make-access.ts";
import { ClusterAwayError, OneReader } from "../../kube/api/one-reader.ts";
import type { Arguments } from "../arguments.ts";
import type { WrittenOptions } from "./check-written.ts";
import { checkObjects } from "./check-written.ts";
import type { Checked } from "./report.ts";

const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Checks what the DNS of a cluster is made of, with the rights of whoever the kubeconfig names. */
export async function checkCluster(given: Arguments, options: WrittenOptions): Promise<Checked> {
  const namespace = given.values.get("namespace");
  if (namespace !== undefined && !NAMESPACE.test(namespace)) {
    throw new TypeError(`Cannot use namespace "${namespace}": it is no name of one`);
  }
  const reader = new OneReader(accessFor(given));
  try {
    const { objects, findings, isPartial } = await readCluster(reader, namespace);
    const checked = await checkObjects(objects, options);
    const all = objects.length === 0 ? findings : [...findings, ...checked.findings];
    return { ...checked, path: reader.place, isPartial, findings: inOrder(all) };
  } catch (error) {
    if (!(error instanceof ClusterAwayError)) throw error;
    const at = { file: namespace ?? "cluster", line: 1 };
    const findings = [{ rule: CLUSTER_AWAY, at, message: error.message }];
    return { path: reader.place, blocks: 0, hasModules: false, isPartial: true, findings };
  } finally {
    reader.close();
  }
}

/**
 * As kubectl finds its cluster: the flag, the variable, the file at home, the pod's service account.
 * @throws {TypeError} if there is none of them
 */
function accessFor({ values }: Arguments): ApiAccess {
  const context = values.get("context");
  const path = values.get("kubeconfig") ?? kubeconfigOfUser();
  if (path !== undefined) return makeAccess({ kubeconfig: { path: expandHome(path), context } });
  if (process.env["KUBERNETES_SERVICE_HOST"] === undefined) {
    throw new TypeError(
      'Cannot find a cluster: no -kubeconfig is given, KUBECONFIG is not set, and there is no "~/.kube/config"',
    );
  }
  if (context === undefined) return makeAccess({});
  throw new TypeError(`Cannot use context "${context}": a pod's service account has none`);
}
