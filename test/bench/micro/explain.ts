/**
 * What an explanation takes in a cluster of 10,000 Services, by the cause that it finds:
 *
 *     node test/bench/micro/explain.ts [RUNS]
 */
import { processorTime } from "./measure.ts";
import {
  ExplainBench,
  manifests,
  namespaceText,
  serviceText,
} from "../../../src/explain/explain-bench.cases.ts";

/** Half of the Services are in one namespace, the others by fives in many. */
const IN_ONE = 5_000;
const SPACES = 1_000;
const IN_EACH = 5;
/** The one Service of the large namespace that has an endpoint. */
const READY = 77;
const WARM_UPS = 50;
const NAME_WIDTH = 44;
const PORTS = "ports: [{ name: http, port: 80 }]";

const COREFILE = `cluster.local:53 10.in-addr.arpa:53 {
    kubernetes cluster.local 10.in-addr.arpa {
        manifests {{MANIFESTS}}
        pods verified
    }
}
.:53 {
    template IN A there.outside {
        answer "{{ .Name }} 60 IN A 192.0.2.80"
    }
    template ANY ANY {
        rcode NXDOMAIN
    }
}`;

/** A question as it is typed, with the cause that is to be found. */
const QUESTIONS: readonly (readonly [code: string, name: string, type?: string])[] = [
  ["well", "backend-service-77.platform-team-production"],
  ["well", "there.outside"],
  ["no-namespace", "backend-service-77.platform-taem-production"],
  ["no-namespace", "backend-service-77.nowhere-at-all"],
  ["no-service", "backend-sevrice-77x.platform-team-production"],
  ["no-service", "nothing-that-is-near.platform-team-production"],
  ["service-without-selector", "db.broken"],
  ["cluster-ip-without-endpoint", "idle.broken"],
  ["no-port", "_htpt._tcp.web.broken.svc.cluster.local", "SRV"],
  ["no-endpoint-name", "web-7.web.broken.svc.cluster.local"],
  ["external-name-is-address", "address.broken"],
  ["external-name-circle", "one.broken"],
  ["external-name-unresolved", "gone.broken"],
  ["missing-family", "web.broken", "AAAA"],
  ["no-pod", "10-250-0-1.broken.pod.cluster.local"],
  ["address-of-nobody", "1.0.250.10.in-addr.arpa.", "PTR"],
  ["no-such-form", "web.broken.cluster.local."],
  ["no-such-name-outside", "nothing.example."],
];

function objects(): string {
  const service = (path: string, i: number): string => {
    return serviceText(
      path,
      `clusterIP: 10.${96 + (i >> 14)}.${(i >> 6) & 255}.${i & 63}, ${PORTS}`,
    );
  };
  const texts = ["default", "broken", "platform-team-production"].map(namespaceText);
  for (let i = 0; i < IN_ONE; i++) {
    if (i === READY) continue;
    texts.push(service(`platform-team-production/backend-service-${i}`, i));
  }
  for (let space = 0; space < SPACES; space++) {
    texts.push(namespaceText(`platform-team-${space}`));
    for (let i = 0; i < IN_EACH; i++) {
      const number = IN_ONE + space * IN_EACH + i;
      texts.push(service(`platform-team-${space}/backend-service-${i}`, number));
    }
  }
  return manifests(
    ...texts,
    serviceText(
      `platform-team-production/backend-service-${READY}`,
      `clusterIP: 10.99.0.1, ${PORTS}`,
      true,
    ),
    serviceText("broken/web", `clusterIP: 10.99.0.2, ${PORTS}`, true),
    serviceText("broken/idle", `clusterIP: 10.99.0.3, ${PORTS}`, false),
    serviceText("broken/db", `clusterIP: None, ${PORTS}`),
    serviceText("broken/address", "type: ExternalName, externalName: 192.0.2.1"),
    serviceText("broken/gone", "type: ExternalName, externalName: gone.example"),
    serviceText("broken/one", "type: ExternalName, externalName: two.broken.svc.cluster.local"),
    serviceText("broken/two", "type: ExternalName, externalName: one.broken.svc.cluster.local"),
  );
}

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

function line(...figures: readonly string[]): string {
  const [name = "", ...others] = figures;
  return name.padEnd(NAME_WIDTH) + others.map((one) => one.padStart(10)).join("");
}

async function run(runs: number): Promise<void> {
  const bench = await ExplainBench.open(COREFILE, objects());
  console.log(line("milliseconds of the processor", "p50", "p99", "longest"));
  for (const [code, name, type] of QUESTIONS) {
    const request = { name, type };
    const times: number[] = [];
    for (let i = 0; i < WARM_UPS + runs; i++) {
      const began = processorTime();
      const { verdict } = await bench.explain(request);
      if (i >= WARM_UPS) times.push((processorTime() - began) / 1e6);
      if (verdict.code !== code) throw new Error(`"${name}" is ${verdict.code}, not ${code}`);
    }
    const sorted = times.toSorted((a, b) => a - b);
    const figures = [0.5, 0.99, 1].map((share) => percentile(sorted, share));
    console.log(line(`${code} ${name}`.slice(0, NAME_WIDTH), ...figures));
  }
  await bench.close();
}

await run(Number(process.argv[2] ?? "200"));
