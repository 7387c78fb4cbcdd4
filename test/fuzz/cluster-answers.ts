import { parseMessage } from "../../src/dns/message.ts";
import type { ClusterObject } from "../../src/kube/cluster-source.ts";
import type { Kubernetes } from "../../src/plugins/kubernetes/kubernetes.ts";
import { encodeReply } from "../../src/server/pipeline/encode-reply.ts";
import { DROPPED } from "../../src/server/contract/reply.ts";
import { passedOn, testQuery } from "../../src/testing/query.ts";
import { FuzzFinding, hold } from "./target.ts";

/** Of each kind of object, so many are asked for. */
const MOST = 6;
const TTL_SECONDS = 5;
const TYPES = ["A", "AAAA", "SRV", "CNAME"];

/**
 * Whatever has been told of, its names are answered by good messages; and when all of it has been taken back,
 * nothing is left.
 * @param told all objects that the plugin has been told of, some of which may be gone
 * @param input that made it so, for the message
 */
export async function checkAnswers(
  plugin: Kubernetes,
  told: readonly ClusterObject[],
  input: Buffer | string,
): Promise<void> {
  const objects = [...plugin.index.objects()];
  for (const object of objects.slice(0, MOST)) {
    for (const [qname, qtype] of questionsAbout(object)) await ask(plugin, qname, qtype, input);
  }
  for (const object of told) plugin.index.remove(object.kind, object);
  const left = [...plugin.index.objects()];
  hold(left.length === 0, `is kept when all is gone: ${JSON.stringify(left)}`, input);
}

function questionsAbout(object: ClusterObject): [qname: string, qtype: string][] {
  const { kind, namespace, name } = object;
  if (!isPlain(namespace) || !isPlain(name)) return [];
  if (kind === "Pod") return object.podIPs.map((ip) => [podName(ip, namespace), "A"]);
  if (kind === "EndpointSlice") {
    const owner = isPlain(object.serviceName) ? object.serviceName : name;
    return TYPES.map((qtype) => [`*.${owner}.${namespace}.svc.cluster.local.`, qtype]);
  }
  return TYPES.map((qtype) => [`${name}.${namespace}.svc.cluster.local.`, qtype]);
}

/** Whether a name needs no escapes. */
function isPlain(name: string): boolean {
  return /^[a-z0-9-]{1,63}$/i.test(name);
}

function podName(address: string, namespace: string): string {
  return `${address.replaceAll(/[.:]/g, "-")}.${namespace}.pod.cluster.local.`;
}

async function ask(
  plugin: Kubernetes,
  qname: string,
  qtype: string,
  input: Buffer | string,
): Promise<void> {
  const query = testQuery(qname, qtype, { transport: "tcp" });
  try {
    const reply = await plugin.serve(query, passedOn);
    if (reply === DROPPED) throw new TypeError("nobody drops here");
    const message = parseMessage(Buffer.from(encodeReply(query, reply)));
    if (!message) throw new TypeError("reply cannot be read");
    const tooLong = message.answer.filter(({ ttlSeconds }) => ttlSeconds > TTL_SECONDS);
    if (tooLong.length > 0) throw new TypeError(`TTL ${tooLong[0]?.ttlSeconds}`);
  } catch (error) {
    throw new FuzzFinding(`${qname} ${qtype}: ${String(error)}`, input, error);
  }
}
