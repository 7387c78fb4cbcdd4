import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ExplainBench,
  manifests,
  namespaceText,
  podText,
  serviceText,
} from "./explain-bench.cases.ts";
import type { Verdict } from "./explanation.ts";

const HTTP = "ports: [{ name: http, port: 80, targetPort: http }]";
const SINCE = '"2026-01-02T03:04:05Z"';
const NOT_READY = `conditions: [
  { type: ContainersReady, status: "False", reason: ContainersNotReady, message: "containers with unready status: [app]", lastTransitionTime: ${SINCE} },
  { type: Ready, status: "False", lastTransitionTime: ${SINCE} }]`;
const CRASHING = `containerStatuses: [{ name: app, ready: false, restartCount: 7,
  state: { waiting: { reason: CrashLoopBackOff, message: back-off 5m0s restarting } },
  lastState: { terminated: { exitCode: 137, reason: OOMKilled } } }]`;
const PULLING = `containerStatuses: [{ name: app, ready: false, state: { waiting: { reason: ImagePullBackOff, message: 'Back-off pulling image "wbe:1"' } } }]`;
const ENDING = `deletionTimestamp: "2026-01-02T03:04:35Z", deletionGracePeriodSeconds: 30`;

const OBJECTS = manifests(
  ...["default", "shop", "data", "empty"].map(namespaceText),
  // The selector is wrong in its value, in its key, or altogether.
  serviceText("shop/value", `clusterIP: None, selector: { app: wbe }, ${HTTP}`),
  serviceText("shop/key", `clusterIP: 10.96.0.20, selector: { ap: web }, ${HTTP}`),
  serviceText("shop/both", `clusterIP: None, selector: { app: web, tier: back }, ${HTTP}`),
  serviceText("empty/none", `clusterIP: None, selector: { app: web }, ${HTTP}`),
  serviceText("shop/plain", `clusterIP: 10.96.0.21, ${HTTP}`),
  podText("shop/web-0", "{ app: web, tier: front }", "{ podIP: 10.1.0.1 }"),
  podText("shop/web-1", "{ app: web, tier: front }", "{ podIP: 10.1.0.2 }"),
  podText("shop/back-0", "{ app: other, tier: back }", "{ podIP: 10.1.0.3 }"),
  // Pods that are not ready.
  serviceText("shop/crash", `clusterIP: None, selector: { app: crash }, ${HTTP}`),
  podText("shop/crash-0", "{ app: crash }", `{ podIP: 10.1.1.1, ${NOT_READY}, ${CRASHING} }`),
  serviceText("shop/pull", `clusterIP: 10.96.0.22, selector: { app: pull }, ${HTTP}`),
  podText("shop/pull-0", "{ app: pull }", `{ phase: Pending, ${PULLING} }`),
  podText("shop/pull-1", "{ app: pull }", `{ phase: Pending, ${PULLING} }`),
  serviceText("shop/ending", `clusterIP: None, selector: { app: ending }, ${HTTP}`),
  podText("shop/ending-0", "{ app: ending }", "{ podIP: 10.1.1.2 }", { metadata: ENDING }),
  serviceText("shop/job", `clusterIP: None, selector: { app: job }, ${HTTP}`),
  podText("shop/job-0", "{ app: job }", "{ podIP: 10.1.1.3, phase: Succeeded }"),
  // Ready, and nobody has written it.
  serviceText("shop/unwritten", `clusterIP: None, selector: { app: web }, ${HTTP}`, false),
  // StatefulSets.
  serviceText("data/postgres", `clusterIP: None, selector: { app: pg }, ${HTTP}`),
  podText("data/postgres-0", "{ app: pg }", "{ podIP: 10.1.2.1 }", {
    spec: "hostname: postgres-0, subdomain: pg",
    metadata: "ownerReferences: [{ kind: StatefulSet, name: postgres }]",
  }),
  podText("data/postgres-1", "{ app: pg }", "{ podIP: 10.1.2.2 }", {
    spec: "hostname: first, subdomain: postgres",
  }),
  podText("data/postgres-2", "{ app: pg }", `{ podIP: 10.1.2.3, ${NOT_READY} }`, {
    spec: "hostname: postgres-2, subdomain: postgres",
  }),
  podText("data/postgres-3", "{ app: pg }", "{ podIP: 10.1.2.4 }"),
  podText("data/postgres-4", "{ app: elsewhere }", "{ podIP: 10.1.2.5 }"),
  podText("data/postgres-5", "{ app: pg }", "{ podIP: 10.1.2.6 }", { spec: "subdomain: postgres" }),
  podText("data/postgres-6", "{ app: pg }", "{ podIP: 10.1.2.7 }", {
    metadata: ENDING,
    spec: "hostname: postgres-6, subdomain: postgres",
  }),
  // A port that no container has.
  serviceText(
    "shop/target",
    "clusterIP: 10.96.0.23, selector: { app: web }, ports: [{ name: http, port: 80, targetPort: web }]",
  ),
  serviceText(
    "shop/partly",
    "clusterIP: None, selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }, { name: metrics, port: 81, targetPort: metrics }]",
  ),
);

function corefile(properties = ""): string {
  return `.:53 {
    kubernetes cluster.local {
        manifests {{MANIFESTS}}
        ${properties}
    }
}
`;
}

async function verdictOf(bench: ExplainBench, line: string): Promise<Verdict> {
  const [name = "", type] = line.split(" ");
  return (await bench.explain({ name, type })).verdict;
}

describe("why a Service has no endpoint, and what its pods say", () => {
  let bench: ExplainBench;
  beforeAll(async () => (bench = await ExplainBench.open(corefile(), OBJECTS)));
  afterAll(() => bench.close());

  it.each([
    [
      "value.shop",
      'selector-matches-no-pod: The name has no address: the selector "app=wbe" of Service "value" of namespace "shop" matches no pod: did you mean "app=web"?',
    ],
    [
      "key.shop",
      'selector-matches-no-pod: The name resolves, but connections are refused: the selector "ap=web" of Service "key" of namespace "shop" matches no pod: did you mean "app=web"?',
    ],
    [
      "both.shop",
      'selector-matches-no-pod: The name has no address: the selector "app=web,tier=back" of Service "both" of namespace "shop" matches no pod',
    ],
    ["none.empty", "selector-matches-no-pod:"],
    [
      "plain.shop",
      'service-without-selector: The name resolves, but connections are refused: Service "plain" of namespace "shop" has no selector, and no EndpointSlice has an endpoint of it',
    ],
    [
      "crash.shop",
      'pods-not-ready: The name has no address: the only pod of Service "crash" of namespace "shop" is not ready',
    ],
    [
      "pull.shop",
      'pods-not-ready: The name resolves, but connections are refused: none of the 2 pods of Service "pull" of namespace "shop" is ready',
    ],
    [
      "ending.shop",
      'pods-terminating: The name has no address: the only pod of Service "ending" of namespace "shop" is terminating',
    ],
    ["job.shop", "pods-not-ready:"],
    [
      "unwritten.shop",
      'endpoints-not-written: The name has no address: Service "unwritten" of namespace "shop" has ready pods, but no EndpointSlice says so',
    ],
    [
      "postgres-0.postgres.data.svc.cluster.local",
      'hostname-mismatch: Pod "postgres-0" has subdomain "pg", so it has no name below Service "postgres" of namespace "data"',
    ],
    [
      "postgres-1.postgres.data.svc",
      'hostname-mismatch: Pod "postgres-1" has hostname "first", and that is its name below',
    ],
    ["postgres-2.postgres.data.svc", 'pods-not-ready: Pod "postgres-2" of Service "postgres"'],
    ["postgres-3.postgres.data.svc", 'hostname-mismatch: Pod "postgres-3" has no subdomain'],
    ["postgres-4.postgres.data.svc", "no-endpoint-name:"],
    ["postgres-5.postgres.data.svc", 'hostname-mismatch: Pod "postgres-5" has no hostname'],
    ["postgres-6.postgres.data.svc", 'pods-terminating: Pod "postgres-6" of Service "postgres"'],
    ["postgres-9.postgres.data.svc", "no-endpoint-name:"],
    [
      "target.shop",
      'no-target-port: Port "http" of Service "target" of namespace "shop" leads nowhere, though its pods are ready: no container of its pods has a port "web"',
    ],
    ["_metrics._tcp.partly.shop.svc.cluster.local SRV", 'no-target-port: Port "metrics"'],
    ["_metric._tcp.partly.shop.svc.cluster.local SRV", "no-port:"],
    ["partly.shop", "well:"],
  ])("%s", async (line, expected) => {
    const { code, sentence } = await verdictOf(bench, line);
    expect(`${code}: ${sentence}`.slice(0, expected.length)).toBe(expected);
  });

  it.each([
    [
      "value.shop",
      'pods of the namespace have "app=web" (2 pods), "app=pull" (2 pods), "app=other" (1 pod), "app=crash" (1 pod), "app=ending" (1 pod) and 1 other value',
    ],
    ["key.shop", 'no pod of the namespace has a label "ap"'],
    ["both.shop", "each of these labels is there, but no pod has all of them"],
    ["both.shop", 'pod "web-0" has labels app=web,tier=front, which comes nearest'],
    ["none.empty", 'namespace "empty" has no pod at all'],
    [
      "crash.shop",
      'pod "crash-0" is not ready: ContainersReady is False since 2026-01-02T03:04:05Z: ContainersNotReady: containers with unready status: [app]; container "app" waits: CrashLoopBackOff: back-off 5m0s restarting, restarted 7 times, last ended by OOMKilled (exit code 137)',
    ],
    [
      "pull.shop",
      'pod "pull-1" is not ready, and has no address: container "app" waits: ImagePullBackOff: Back-off pulling image "wbe:1"',
    ],
    ["ending.shop", 'pod "ending-0" is terminating since 2026-01-02T03:04:05Z'],
    ["job.shop", 'pod "job-0" has ended: its phase is Succeeded'],
    ["unwritten.shop", "its EndpointSlices have 1 endpoint, of which none is ready"],
    [
      "postgres-0.postgres.data.svc",
      'it belongs to StatefulSet "postgres": its "serviceName" is the subdomain of its pods',
    ],
    [
      "postgres-4.postgres.data.svc",
      'pod "postgres-4" has labels app=elsewhere: the Service does not select it',
    ],
    ["target.shop", 'the containers of its pods have "http (8080/TCP)"'],
  ])("%s: %s", async (line, evidence) => {
    expect((await verdictOf(bench, line)).evidence).toContain(evidence);
  });

  it("names the pod in the command to try next, and its logs where it crashes", async () => {
    const { next } = await verdictOf(bench, "crash.shop");
    expect(next.slice(0, 2).map(({ command }) => command)).toEqual([
      "kubectl describe pod -n shop crash-0",
      "kubectl logs -n shop crash-0 --all-containers --previous",
    ]);
    const owner = await verdictOf(bench, "postgres-0.postgres.data.svc");
    expect(owner.next[0]?.command).toBe("kubectl get statefulset -n data postgres -o yaml");
  });
});

describe("with other options", () => {
  async function told(properties: string, line: string, objects = OBJECTS): Promise<Verdict> {
    const bench = await ExplainBench.open(corefile(properties), objects);
    try {
      return await verdictOf(bench, line);
    } finally {
      await bench.close();
    }
  }

  it("labels hide a Service, and then its slices", async () => {
    const objects = OBJECTS.replace("name: job, namespace: shop", "$&, labels: { show: it }");
    const hidden = await told("labels show=it", "crash.shop", objects);
    expect(hidden).toMatchObject({
      code: "service-hidden-by-labels",
      sentence:
        'Service "crash" of namespace "shop" is there, but "labels" of the Corefile leaves it out',
      evidence: [
        '"labels" of plugin/kubernetes takes only what matches "show=it"',
        "it has no labels",
      ],
    });
    expect((await told("labels show=it", "nowhere.shop", objects)).code).toBe("no-service");
    const slice = serviceText("shop/half", `clusterIP: 10.96.0.30, ${HTTP}`, true);
    const half = slice.replace("name: half, namespace: shop", "$&, labels: { show: it }");
    expect(await told("labels show=it", "half.shop", `${objects}---\n${half}`)).toMatchObject({
      code: "slices-hidden-by-labels",
      evidence: expect.arrayContaining([
        "1 ready endpoint of it is there all the same",
      ]) as string[],
    });
  });

  it("namespace_labels hide a namespace", async () => {
    expect(await told("namespace_labels team=a", "crash.shop")).toMatchObject({
      code: "namespace-hidden-by-labels",
      evidence: [
        '"namespace_labels" of plugin/kubernetes takes only what matches "team=a"',
        "it has labels kubernetes.io/metadata.name=shop",
      ],
    });
    expect((await told("namespace_labels team=a", "web.nowhere")).code).not.toMatch(/hidden/);
  });

  it("ignore empty_service hides one, and its pods say why it is empty", async () => {
    const { code, evidence } = await told("ignore empty_service", "pull.shop");
    expect(code).toBe("empty-service-ignored");
    expect(evidence).toContain('none of the 2 pods of Service "pull" of namespace "shop" is ready');
  });

  it("a pod's own name is told where it is asked for by another", async () => {
    const own =
      'pod "web-0" has address 10.1.0.1: by that it would be "10-1-0-1.shop.pod.cluster.local."';
    for (const line of ["web-0.shop.pod.cluster.local", "10-1-0-1.shop.pod.cluster.local"]) {
      const { code, evidence } = await told("", line);
      expect(code).toBe("pods-disabled");
      expect(evidence).toContain(own);
    }
    const verified = await told("pods verified", "web-0.shop.pod.cluster.local");
    expect(verified.code).toBe("no-pod");
    expect(verified.evidence).toContain(own);
    const ended = await told("pods verified", "10-1-1-3.shop.pod.cluster.local");
    expect(ended.evidence.join("\n")).toContain('pod "job-0" has ended: its phase is Succeeded');
  });

  it("terminal escapes in labels and messages are printed as text", async () => {
    const escape = String.raw`\e[31m\u202e`;
    const objects = manifests(
      namespaceText("shop"),
      serviceText("shop/red", `clusterIP: None, selector: { app: "${escape}" }, ${HTTP}`),
      podText("shop/red-0", `{ app: "x${escape}", "k${escape}": v }`, "{ podIP: 10.1.0.1 }"),
      serviceText("shop/ill", `clusterIP: None, selector: { app: ill }, ${HTTP}`),
      podText(
        "shop/ill-0",
        "{ app: ill }",
        `{ podIP: 10.1.0.2, conditions: [{ type: Ready, status: "False", reason: "${escape}", message: "${escape}" }],
          containerStatuses: [{ name: "${escape}", state: { waiting: { reason: "${escape}" } } }] }`,
        { metadata: `ownerReferences: [{ kind: "${escape}", name: "${escape}" }]` },
      ),
    );
    for (const name of ["red.shop", "ill.shop", "ill-0.ill.shop.svc"]) {
      const verdict = await told("", name, objects);
      expect(verdict.code).not.toBe("unknown");
      expect(JSON.stringify(verdict)).toMatch(/^[ -~]*$/);
    }
  });
});
