import { formatRcode } from "../../../src/dns/iana/rcode.ts";
import type { Message } from "../../../src/dns/message.ts";
import { formatRecord } from "../../../src/dns/presentation.ts";
import { ready, sliceOf, storedService } from "../../cluster/cluster-objects.ts";
import { FakeCluster } from "../../cluster/fake-cluster.ts";
import { inParallel } from "../../cluster/in-parallel.ts";
import { Random } from "../../fuzz/random.ts";
import { TestClient } from "../../recorded/client.ts";
import { parseQuestion } from "../../recorded/question.ts";
import { parseMessage } from "../../../src/dns/message.ts";
import { coreDns } from "../contestants.ts";
import type { Contestant, Figure } from "../figure.ts";
import { count, withServer } from "../figure.ts";

const QUERIES = 20_000;
const PARALLEL = 16;
const SERVICES = 60;

const COREFILE = `.:{{PORT}} {
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig {{KUBECONFIG}}
    pods insecure
  }
}
`;

/** Differences that are meant, as the README of *kubernetes* has them. */
const SIGNED: readonly { readonly why: string; readonly isIt: (question: string) => boolean }[] = [
  { why: "ANY gets HINFO (RFC 8482)", isIt: (question) => question.endsWith(" ANY") },
  {
    why: "a name with a PTR is NODATA for other types (RFC 8020)",
    isIt: (question) => /\.arpa (?!PTR)/.test(question),
  },
  {
    why: "NS is ns.dns on the loopback",
    isIt: (question) => question === "cluster.local NS",
  },
];

/** Asks both the same, of one cluster. */
export const agreement: Figure = {
  id: "S2",
  what: `agreement with CoreDNS on ${count(QUERIES)} generated cluster queries: response code and RRsets`,
  goal: "at least 99.9 %, the rest on a list",
  coredns: "is what is compared with",
  async measure(contestant) {
    const reference = coreDns();
    if (!reference) return { text: "not measured", isMet: false, note: "CoreDNS is not installed" };
    const fake = await FakeCluster.start();
    try {
      await fill(fake);
      const questions = generate(new Random(2));
      const ours = await answersOf(contestant, fake, questions);
      const theirs = await answersOf(reference, fake, questions);
      const differing = questions.filter((_, i) => ours[i] !== theirs[i]);
      const open = differing.filter((question) => !SIGNED.some(({ isIt }) => isIt(question)));
      const share = 1 - open.length / questions.length;
      const shown = open.slice(0, 3).map((question) => {
        const i = questions.indexOf(question);
        return `${question}: ${ours[i]} / ${theirs[i]}`;
      });
      return {
        text: `${(share * 100).toFixed(2)} %`,
        isMet: share >= 0.999,
        note: `${differing.length - open.length} more differ as meant (${SIGNED.map(({ why }) => why).join("; ")})${shown.length > 0 ? `; ${open.length} open: ${shown.join("; ")}` : ""}`,
      };
    } finally {
      await fake.stop();
    }
  },
};

async function fill({ services, slices, namespaces }: FakeCluster): Promise<void> {
  await namespaces.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "data" } });
  for (let i = 0; i < SERVICES; i++) {
    const named = { namespace: i % 2 === 0 ? "shop" : "data", name: `svc-${i}` };
    const isHeadless = i % 3 === 0;
    await services.put(storedService(named, isHeadless ? "None" : `10.97.1.${i + 1}`));
    const addresses = Array.from({ length: 1 + (i % 4) }, (_none, j) => `10.244.${i}.${j + 1}`);
    const slice = { ...named, name: `${named.name}-a` };
    await slices.put(sliceOf(slice, named.name, ready(...addresses)));
  }
}

const TYPES = [
  "A",
  "A",
  "A",
  "AAAA",
  "SRV",
  "SRV",
  "PTR",
  "TXT",
  "NS",
  "SOA",
  "MX",
  "CNAME",
  "ANY",
  "HTTPS",
];

/** Names that exist, and such as are near to them. */
function generate(random: Random): string[] {
  return Array.from({ length: QUERIES }, () => {
    const i = random.below(SERVICES + 5);
    const service = `svc-${i}`;
    const namespace = random.pick(["shop", "data", "none"]);
    const owner = `${service}.${namespace}.svc.cluster.local`;
    const name = random.pick([
      owner,
      owner,
      owner,
      `_http._tcp.${owner}`,
      `_http._udp.${owner}`,
      `_other._tcp.${owner}`,
      `10-244-${i}-1.${owner}`,
      `10-244-9-9.${owner}`,
      `x.${owner}`,
      `${service.toUpperCase()}.${namespace}.SVC.cluster.local`,
      `${service}.${namespace}.cluster.local`,
      `10-1-2-${i}.${namespace}.pod.cluster.local`,
      `${namespace}.svc.cluster.local`,
      `svc.cluster.local`,
      `cluster.local`,
      `dns-version.cluster.local`,
      `${i}.1.97.10.in-addr.arpa`,
      `1.${i}.244.10.in-addr.arpa`,
      `${i}.9.9.10.in-addr.arpa`,
    ]);
    return `${name} ${random.pick(TYPES)}`;
  });
}

function answersOf(
  contestant: Contestant,
  fake: FakeCluster,
  questions: readonly string[],
): Promise<string[]> {
  const options = { corefile: COREFILE, values: { KUBECONFIG: fake.kubeconfig } };
  return withServer(contestant, options, async ({ port }) => {
    const client = await TestClient.connect(port);
    const answers = await inParallel(questions, PARALLEL, async (question) => {
      const { packet } = await client.ask(parseQuestion(question));
      const message = packet && parseMessage(packet);
      return message ? inWords(message) : "silence";
    });
    client.close();
    return answers;
  });
}

/** Response code and answers, in the order of the alphabet; a SOA's serial is each server's own. */
function inWords({ rcode, answer }: Message): string {
  const records = answer.map((record) => formatRecord(record.withTtl(0)).toLowerCase());
  const same = records.map((text) => text.replace(/( in soa \S+ \S+) \d+/, "$1 serial"));
  return [formatRcode(rcode), ...same.toSorted((a, b) => (a < b ? -1 : 1))].join(", ");
}
