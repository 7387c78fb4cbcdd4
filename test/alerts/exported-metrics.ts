import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SetupErrors } from "../../src/node-cache/setup-errors.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { startServer } from "../../src/testing/server.ts";
import { freePort } from "../bench/free-port.ts";
import { FakeCluster } from "../cluster/fake-cluster.ts";

/** Names of the series that a server with a cluster's plugins exports, those of a node's cache, and `up`, which is Prometheus's own. */
export async function exportedSeries(): Promise<ReadonlySet<string>> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-metrics-"));
  const fake = await FakeCluster.start();
  const port = await freePort();
  const server = await startServer({
    corefile: `.:{{PORT}} {
      bind 127.0.0.1
      health 127.0.0.1:0
      errors
      kubernetes cluster.local {
        kubeconfig ${fake.kubeconfig}
        snapshot ${join(folder, "cluster")}
      }
      prometheus 127.0.0.1:${port}
      forward . 127.0.0.1:9
      cache
      reload
    }`,
  });
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    const onNode = new Metrics();
    new SetupErrors().publish(onNode);
    const texts = [await response.text(), await onNode.text()];
    return new Set(["up", ...texts.flatMap(seriesIn)]);
  } finally {
    await server.stop();
    await fake.stop();
    rmSync(folder, { recursive: true });
  }
}

function seriesIn(text: string): string[] {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return types.flatMap(([, name = "", type]) => {
    return type === "histogram"
      ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`)
      : [name];
  });
}

/** Names of series in PromQL, in their order. */
export function seriesOf(expr: string): readonly string[] {
  return expr.match(/\b(coredns|portolan|process|nodejs|go)_[a-z0-9_]+|\bup\b/g) ?? [];
}
