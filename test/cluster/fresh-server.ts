import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { dnsName } from "./cluster-objects.ts";
import type { DnsServer, ServeOptions } from "./dns-server.ts";
import { inParallel } from "./in-parallel.ts";
import { servePortolan } from "./serve.ts";

const PARALLEL = 32;

/** Of the cluster zone alone, from a kubeconfig. */
export const CLUSTER_COREFILE = `.:{{PORT}} {
  prometheus 127.0.0.1:{{METRICS_PORT}}
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig {{KUBECONFIG}}
  }
}
`;

/** Questions about all Services and endpoints that the API server has. */
export async function questionsAbout(client: ApiClient): Promise<string[]> {
  const services = await client.list({ apiVersion: "v1", kind: "Service" });
  const slices = await client.list({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" });
  const named = services.items.flatMap(({ metadata: { namespace = "", name }, spec }) => {
    const { clusterIP = "" } = spec as { clusterIP?: string };
    return [...questionsAboutName(dnsName({ namespace, name })), ...reverse(clusterIP)];
  });
  const addresses = slices.items.flatMap(({ endpoints }) => {
    return ((endpoints ?? []) as { addresses: string[] }[]).flatMap((one) => one.addresses);
  });
  return [...named, ...addresses.flatMap(reverse)];
}

export function questionsAboutName(name: string): string[] {
  return [`${name} A`, `${name} AAAA`, `${name} SRV`, `_http._tcp.${name} SRV`];
}

function reverse(address: string): string[] {
  const octets = address.split(".");
  return octets.length === 4 ? [`${octets.toReversed().join(".")}.in-addr.arpa PTR`] : [];
}

/**
 * Expects that a server answers soon as one that is started now.
 * @returns how long that took, in milliseconds
 */
export async function expectAsFresh(
  server: DnsServer,
  options: ServeOptions,
  questions: readonly string[],
  timeoutMs = 30_000,
): Promise<number> {
  const beganMs = performance.now();
  const fresh = await servePortolan(options);
  const expected = await askAll(fresh, questions);
  await fresh.stop();
  expect(expected.size).toBeGreaterThan(0);
  const differing = async (): Promise<unknown[]> => {
    const found = await askAll(server, questions);
    return questions
      .filter((question) => !isDeepStrictEqual(found.get(question), expected.get(question)))
      .map((question) => [question, found.get(question), expected.get(question)]);
  };
  await expect.poll(differing, { timeout: timeoutMs, interval: 100 }).toEqual([]);
  return performance.now() - beganMs;
}

async function askAll(
  server: DnsServer,
  questions: readonly string[],
): Promise<Map<string, unknown>> {
  const answers = await inParallel(questions, PARALLEL, (question) => server.ask(question));
  return new Map(questions.map((question, i) => [question, answers[i]]));
}
