import { storedService } from "../cluster/cluster-objects.ts";
import type { DnsServer } from "../cluster/dns-server.ts";
import { FakeCluster } from "../cluster/fake-cluster.ts";
import { FaultProxy } from "../cluster/fault-proxy.ts";
import { servePortolan } from "../cluster/serve.ts";
import { answerTo, emptyReplyTo, startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import { absent, fixed, growing } from "./probes.ts";
import type { Probe } from "./steady-client.ts";

/** An upstream that answers every name, and now and then does not. */
export interface MoodyUpstream {
  mood: "good" | "silent" | "lying";
  /** Makes up a response to a packet. */
  lie: (packet: Buffer) => Buffer;
}

/** A server in a process of its own, and all that it stands on. */
export interface SoakWorld {
  readonly server: DnsServer;
  readonly port: number;
  readonly fake: FakeCluster;
  /** Between the server and the fake API. */
  readonly proxy: FaultProxy;
  /** The first of two; the other one is always good. */
  readonly upstream: MoodyUpstream;
  readonly probes: readonly Probe[];
  /** Changes the cluster once. */
  readonly change: () => Promise<void>;
  readonly reload: () => void;
  readonly reloadBad: () => void;
  readonly stop: () => Promise<void>;
}

const SERVICES = 50;
const TYPE_A = 1;
const FORMERR = 1;
const FORWARDED = 200;

const COREFILE = `.:{{PORT}} {
  errors
  health 127.0.0.1:{{HEALTH_PORT}}
  prometheus 127.0.0.1:{{METRICS_PORT}}
  loadbalance
  cache 30
  hosts {
    192.0.2.1 www.hosts.test
    fallthrough
  }
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig {{KUBECONFIG}}
    ttl TTL
    fallthrough in-addr.arpa ip6.arpa
  }
  forward . {{UPSTREAM}} {{GOOD_UPSTREAM}} {
    policy sequential
    expire 2s
    read_timeout 8s
  }
}
`;

export async function startWorld(): Promise<SoakWorld> {
  const fake = await FakeCluster.start();
  for (let i = 0; i < SERVICES; i++) await fake.services.put(service(`web-${i}`, address(i)));
  let current = 0;
  const put = (): Promise<void> => fake.services.put(service("counter", counterAddress(current)));
  await put();
  const proxy = await FaultProxy.start(fake.api.port);
  fake.writeKubeconfig({ token: "a" }, proxy.url);
  const upstream: MoodyUpstream = { mood: "good", lie: answerTo };
  const moody = await startFakeUpstream(({ packet, reply }) => {
    if (upstream.mood === "silent") return;
    if (upstream.mood === "lying") reply(differing(upstream.lie(packet), packet));
    reply(answer(packet));
  });
  const good = await startFakeUpstream(({ packet, reply }) => reply(answer(packet)));
  let ttl = 5;
  const server = await servePortolan({
    corefile: COREFILE.replace("TTL", "5"),
    values: {
      KUBECONFIG: fake.kubeconfig,
      UPSTREAM: moody.address,
      GOOD_UPSTREAM: good.address,
    },
  });
  return {
    server,
    port: server.port,
    fake,
    proxy,
    upstream,
    probes: probesOf(() => current),
    async change() {
      current++;
      await put();
    },
    // Another one each time, so that it is no reload of the same.
    reload: () => server.reload(COREFILE.replace("TTL", String((ttl = 5 + (ttl % 20))))),
    reloadBad: () => server.reload(COREFILE.replace("ttl TTL", "tll 5")),
    async stop() {
      await server.stop();
      await proxy.stop();
      await fake.stop();
      await Promise.all([moody.close(), good.close()]);
    },
  };
}

/** Many of each, so that caches and indexes have something to do. */
function probesOf(current: () => number): Probe[] {
  const cluster = Array.from({ length: SERVICES }, (_none, i) => {
    return fixed(`web-${i}.shop.svc.cluster.local A`, address(i));
  });
  const forwarded = Array.from({ length: FORWARDED }, (_none, i) => {
    return fixed(`host-${i}.forward.test A +edns`, "192.0.2.1");
  });
  return forwarded.flatMap((probe, i) => [
    probe,
    cluster[i % SERVICES] as Probe,
    growing("counter.shop.svc.cluster.local A", current, counterAddress),
    fixed("www.hosts.test A", "192.0.2.1"),
    absent("nobody.shop.svc.cluster.local A"),
  ]);
}

function service(name: string, clusterIP: string): ReturnType<typeof storedService> {
  return storedService({ namespace: "shop", name }, clusterIP);
}

function address(i: number): string {
  return `10.97.1.${i + 1}`;
}

function counterAddress(n: number): string {
  return `10.98.${n >> 8}.${n & 0xff}`;
}

function answer(packet: Buffer): Buffer {
  const typeAt = packet.indexOf(0, 12) + 1;
  return packet.readUInt16BE(typeAt) === TYPE_A ? answerTo(packet) : emptyReplyTo(packet, 0);
}

/** A lie that could be true would be believed: with another id none is. */
function differing(lie: Buffer, packet: Buffer): Buffer {
  if (lie.length < 2) return emptyReplyTo(packet, FORMERR).subarray(0, 11);
  lie.writeUInt16BE((packet.readUInt16BE(0) + 1) & 0xffff, 0);
  return lie;
}
