import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decodeExtendedError } from "../../dns/edns.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import { Reply } from "../../server/contract/reply.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { passFor, settle, stopTime } from "../../testing/hand-clock.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, passedOn, records, testQuery } from "../../testing/query.ts";
import { Etcd } from "./etcd.ts";
import { FakeEtcd, sendJson } from "./fake-etcd.cases.ts";
import { parseEtcd } from "./parse.ts";

const ROOT = "/skydns/test/skydns";

let etcd: FakeEtcd;
let spare: FakeEtcd;
let instance: Instance;
let metrics: Metrics;
let lines: string[];

beforeEach(async () => {
  etcd = await FakeEtcd.start();
  spare = await FakeEtcd.start();
  await use();
});

afterEach(async () => {
  vi.useRealTimers();
  await instance.stop?.();
  await etcd.stop();
  await spare.stop();
});

/** Makes the instance with these properties; names outside are resolved by `outside`. */
async function use(properties = "", endpoints = etcd.address): Promise<void> {
  await instance?.stop?.();
  metrics = new Metrics();
  const recording = recordingLog();
  ({ lines } = recording);
  const directive = `etcd skydns.test 2.0.192.in-addr.arpa {\nendpoint ${endpoints}\n${properties}\n}`;
  const context = testContext({
    directive,
    log: recording.log,
    metrics,
    host: { resolve: outside },
  });
  instance = new Etcd(parseEtcd(testDirective(directive)), context);
  await instance.start?.();
}

function outside({ qname, qtype }: Query): Reply {
  if (qname.toString() === "broken.test.") throw new Error("no way out");
  const isA = qtype === 1;
  return Reply.authoritative(
    records(`${qname} 5 IN ${isA ? "A 198.51.100.1" : "AAAA 2001:db8::1"}`),
  );
}

const query = (name: string, type = "A"): Promise<Sections> => ask(instance, testQuery(name, type));

async function answers(name: string, type = "A"): Promise<readonly string[]> {
  return (await query(name, type)).answer;
}

interface Failure {
  readonly message: string;
  readonly reason: unknown;
  readonly ede: unknown;
}

/** What a query comes to that fails: SERVFAIL, which nobody may repeat. */
async function failure(name: string): Promise<Failure> {
  const error = await query(name).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof QueryError) || error.rcode !== 2 || !error.validity.isOnce) {
    throw new Error(`No failure: ${String(error)}`);
  }
  const { message, reason, extendedError } = error;
  return { message, reason, ede: extendedError && decodeExtendedError(extendedError.data) };
}

describe("records", () => {
  it("of addresses are all that are below the name's key, each once, or else the one under it", async () => {
    etcd.put(`${ROOT}/web/a`, { host: "192.0.2.1", ttl: 60 });
    etcd.put(`${ROOT}/web/b/deep`, { HOST: "192.0.2.2" });
    etcd.put(`${ROOT}/web/c`, { host: "192.0.2.1" });
    etcd.put(`${ROOT}/web/d`, { host: "2001:db8::5", ttl: 9 });
    etcd.put(`${ROOT}/website`, { host: "192.0.2.9" });
    expect(await query("Web.skydns.test.")).toEqual({
      rcode: "NOERROR",
      flags: "AA",
      answer: ["Web.skydns.test. 60 IN A 192.0.2.1", "Web.skydns.test. 300 IN A 192.0.2.2"],
      authority: [],
      additional: [],
    });
    expect(await answers("web.skydns.test.", "AAAA")).toEqual([
      "web.skydns.test. 9 IN AAAA 2001:db8::5",
    ]);
    expect(await answers("website.skydns.test.")).toEqual([
      "website.skydns.test. 300 IN A 192.0.2.9",
    ]);
  });

  it("that are not there are no data or no name, with the zone's SOA", async () => {
    etcd.put(`${ROOT}/web/a`, { host: "192.0.2.1" });
    for (const type of ["AAAA", "TXT", "MX", "CNAME", "PTR", "NS", "SOA", "HINFO"]) {
      const reply = await query("web.skydns.test.", type);
      expect([type, reply.rcode, reply.answer.length]).toEqual([type, "NOERROR", 0]);
      expect(reply.authority.join()).toMatch(/^skydns\.test\. 30 IN SOA ns\.dns\.skydns\.test\. /);
    }
    for (const type of ["A", "SRV", "CNAME", "HINFO"]) {
      expect([type, (await query("no.skydns.test.", type)).rcode]).toEqual([type, "NXDOMAIN"]);
    }
    expect((await query("skydns.test.", "SOA")).answer.length).toBe(1);
  });

  it("of texts are in strings of 255 octets, and no alias is made of their hosts", async () => {
    etcd.put(`${ROOT}/t/a`, { text: "é".repeat(128), host: "a.test" });
    expect(await answers("t.skydns.test.", "TXT")).toEqual([
      `t.skydns.test. 300 IN TXT "${String.raw`\195\169`.repeat(127)}\\195" "\\169"`,
    ]);
    expect((await query("t.skydns.test.")).rcode).toBe("NOERROR");
  });

  it("follow aliases in the zone and out of it, but in no circle", async () => {
    etcd.put(`${ROOT}/one`, { host: "two.skydns.test" });
    etcd.put(`${ROOT}/two`, { host: "192.0.2.2" });
    etcd.put(`${ROOT}/out`, { host: "www.example.test." });
    etcd.put(`${ROOT}/broken`, { host: "broken.test." });
    etcd.put(`${ROOT}/x`, { host: "y.skydns.test" });
    etcd.put(`${ROOT}/y`, { host: "x.skydns.test" });
    etcd.put(`${ROOT}/self/a`, { host: "b.self.skydns.test" });
    expect(await answers("one.skydns.test.")).toEqual([
      "one.skydns.test. 300 IN CNAME two.skydns.test.",
      "two.skydns.test. 300 IN A 192.0.2.2",
    ]);
    expect(await answers("out.skydns.test.")).toEqual([
      "out.skydns.test. 300 IN CNAME www.example.test.",
      "www.example.test. 5 IN A 198.51.100.1",
    ]);
    expect(await answers("out.skydns.test.", "CNAME")).toEqual([
      "out.skydns.test. 300 IN CNAME www.example.test.",
    ]);
    expect(await answers("broken.skydns.test.")).toHaveLength(1);
    for (const name of ["x", "self"]) {
      expect(await query(`${name}.skydns.test.`)).toMatchObject({ rcode: "NOERROR", answer: [] });
    }
  });

  it("end with so many names that others lead to", async () => {
    for (let at = 0; at < 10; at++) {
      for (let to = 0; to < 3; to++) {
        etcd.put(`${ROOT}/l${at}/${to}`, { host: `${to}.l${at + 1}.skydns.test` });
        etcd.put(`${ROOT}/l${at}/${to}/x`, { host: `l${at + 1}.skydns.test` });
      }
    }
    const { message } = await failure("l0.skydns.test.");
    expect(message).toBe("Cannot use what etcd has: the names lead to over 100 others");
  });

  it("of places share out their weights, and name hosts by their keys", async () => {
    etcd.put(`${ROOT}/web/a`, { host: "192.0.2.1", port: 80, weight: 30 });
    etcd.put(`${ROOT}/web/b`, { host: "two.skydns.test", port: 81 });
    etcd.put(`${ROOT}/web/c`, { host: "www.example.test", port: 82, priority: 20 });
    etcd.put(`${ROOT}/web/d`, { host: "192.0.2.4", port: -1 });
    etcd.put(`${ROOT}/web/e`, { host: "2001:db8::6", port: 83, priority: 30, targetstrip: 1 });
    etcd.put(`${ROOT}/two`, { host: "192.0.2.2" });
    const reply = await query("web.skydns.test.", "SRV");
    expect(reply.answer).toEqual([
      "web.skydns.test. 300 IN SRV 10 13 80 a.web.skydns.test.",
      "web.skydns.test. 300 IN SRV 10 43 81 two.skydns.test.",
      "web.skydns.test. 300 IN SRV 20 100 82 www.example.test.",
      "web.skydns.test. 300 IN SRV 30 100 83 web.skydns.test.",
    ]);
    expect(reply.additional).toEqual([
      "a.web.skydns.test. 300 IN A 192.0.2.1",
      "web.skydns.test. 300 IN AAAA 2001:db8::6",
      "two.skydns.test. 300 IN A 192.0.2.2",
      "www.example.test. 5 IN A 198.51.100.1",
      "www.example.test. 5 IN AAAA 2001:db8::1",
    ]);
  });

  it("of mail, name servers and addresses' names", async () => {
    etcd.put(`${ROOT}/post/a`, { host: "192.0.2.1", mail: true, priority: 5 });
    etcd.put(`${ROOT}/post/b`, { host: "192.0.2.2" });
    etcd.put(`${ROOT}/dns/ns/a`, { host: "192.0.2.3" });
    etcd.put("/skydns/arpa/in-addr/192/0/2/7", { host: "seven.skydns.test" });
    expect(await query("post.skydns.test.", "MX")).toMatchObject({
      answer: ["post.skydns.test. 300 IN MX 5 a.post.skydns.test."],
      additional: ["a.post.skydns.test. 300 IN A 192.0.2.1"],
    });
    expect(await query("skydns.test.", "NS")).toMatchObject({
      answer: ["skydns.test. 300 IN NS a.ns.dns.skydns.test."],
      additional: ["a.ns.dns.skydns.test. 300 IN A 192.0.2.3"],
    });
    expect(await answers("7.2.0.192.in-addr.arpa.", "PTR")).toEqual([
      "7.2.0.192.in-addr.arpa. 300 IN PTR seven.skydns.test.",
    ]);
    etcd.put(`${ROOT}/dns/ns/b`, { host: "ns.example.test" });
    await expect(query("skydns.test.", "NS")).rejects.toThrow("name server is no address");
  });

  it("of the zone's own name are in dns/apex, or else anywhere; and it is never denied", async () => {
    expect((await query("skydns.test.")).rcode).toBe("NOERROR");
    etcd.put(`${ROOT}/web`, { host: "192.0.2.1" });
    expect(await answers("skydns.test.")).toEqual(["skydns.test. 300 IN A 192.0.2.1"]);
    await use("no_apex_fallback");
    expect(await query("skydns.test.")).toMatchObject({ rcode: "NOERROR", answer: [] });
    etcd.put(`${ROOT}/dns/apex/x`, { host: "192.0.2.8" });
    expect(await answers("skydns.test.")).toEqual(["skydns.test. 300 IN A 192.0.2.8"]);
  });

  it("match any label where the question says so", async () => {
    etcd.put(`${ROOT}/east/web`, { host: "192.0.2.1" });
    etcd.put(`${ROOT}/west/web`, { host: "192.0.2.2" });
    etcd.put(`${ROOT}/west/db`, { host: "192.0.2.3" });
    for (const label of ["*", "any"])
      expect(await answers(`web.${label}.skydns.test.`)).toHaveLength(2);
  });

  it("are those of the group that the shortest key has", async () => {
    etcd.put(`${ROOT}/dom/a`, { host: "192.0.2.1", group: "g1" });
    etcd.put(`${ROOT}/dom/sub/b`, { host: "192.0.2.2", group: "g2" });
    etcd.put(`${ROOT}/dom/sub/c`, { host: "192.0.2.3" });
    expect(await answers("dom.skydns.test.")).toHaveLength(2);
    etcd.put(`${ROOT}/dom/z`, { host: "192.0.2.4", group: "g2" });
    expect(await answers("dom.skydns.test.")).toHaveLength(4);
  });

  it("with a lease live no longer than it, within bounds", async () => {
    await use("min-lease-ttl 10\nmax-lease-ttl 100");
    for (const [id, ttl] of Object.entries({ 1: 50, 2: 5, 3: 5_000 })) etcd.leases.set(id, ttl);
    etcd.put(`${ROOT}/l/a`, { host: "192.0.2.1", ttl: 40 }, "1");
    etcd.put(`${ROOT}/l/b`, { host: "192.0.2.2" }, "1");
    etcd.put(`${ROOT}/l/c`, { host: "192.0.2.3" }, "2");
    etcd.put(`${ROOT}/l/d`, { host: "192.0.2.4" }, "3");
    etcd.put(`${ROOT}/l/e`, { host: "192.0.2.5" }, "4");
    const ttls = (await answers("l.skydns.test.")).map((record) => record.split(" ")[1]);
    expect(ttls).toEqual(["40", "50", "10", "100", "300"]);
    expect(etcd.asked.filter((line) => line === "lease 1")).toHaveLength(1);
  });
});

describe("the chain", () => {
  it("gets names of other zones, and those that are not there if it is to fall through", async () => {
    expect((await query("a.example.")).rcode).toBe("BADTRUNC");
    expect((await query("no.skydns.test.")).rcode).toBe("NXDOMAIN");
    await use("fallthrough");
    etcd.put(`${ROOT}/web/a`, { host: "192.0.2.1" });
    expect((await query("no.skydns.test.")).rcode).toBe("BADTRUNC");
    expect((await query("web.skydns.test.", "TXT")).rcode).toBe("NOERROR");
  });

  it("may repeat no reply without asking etcd", async () => {
    for (const [name, type] of [
      ["no.skydns.test.", "A"],
      ["skydns.test.", "SOA"],
    ] as const) {
      const reply = await instance.serve?.(testQuery(name, type), passedOn);
      expect(reply instanceof Reply && reply.validity.isOnce).toBe(true);
    }
  });
});

describe("values that cannot be read", () => {
  const BAD = [
    "",
    "no json",
    "[]",
    '{"host":5}',
    '{"port":1.5}',
    '{"port":65536}',
    '{"host":"a..b"}',
  ];

  it.each([...BAD, '{"ttl":-1}', '{"mail":1}'])(
    "as %j are left out, and told of once",
    async (value) => {
      etcd.put(`${ROOT}/web/a`, value);
      etcd.put(`${ROOT}/web/b`, { host: "192.0.2.2" });
      expect(await answers("web.skydns.test.")).toHaveLength(1);
      expect(await answers("web.skydns.test.")).toHaveLength(1);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`warn: Ignoring the value of "${ROOT}/web/a" in etcd: `);
      expect(await metrics.text()).toContain("portolan_etcd_ignored_values_total 2");
    },
  );

  it("fail the query if there is nothing else", async () => {
    etcd.put(`${ROOT}/web/a`, "no json");
    expect(await failure("web.skydns.test.")).toEqual({
      message: "Cannot use what etcd has: no value of the name can be read",
      reason: "backend-data",
      ede: { infoCode: 24, extraText: "etcd has no usable record" },
    });
  });
});

describe("an etcd that is away", () => {
  it("fails queries, says so once, and is asked again with each query", async () => {
    etcd.put(`${ROOT}/web`, { host: "192.0.2.1" });
    const { address } = etcd;
    await answers("web.skydns.test.");
    await etcd.stop();
    const failed = await failure("web.skydns.test.");
    expect(failed.message).toMatch(/^Cannot ask etcd: 127\.0\.0\.1:\d+: .*ECONN/);
    expect(failed).toMatchObject({
      reason: "backend-failed",
      ede: { infoCode: 23, extraText: "etcd cannot be asked" },
    });
    await failure("web.skydns.test.");
    await etcd.restart();
    expect(await answers("web.skydns.test.")).toHaveLength(1);
    expect(lines.map((line) => line.replace(/: 127.*/, ""))).toEqual([
      "warn: etcd cannot be asked",
      "info: etcd answers again",
    ]);
    expect(await metrics.text()).toContain(`portolan_etcd_failures_total{endpoint="${address}"} 2`);
  });

  it("was away between two queries, and nobody is told", async () => {
    etcd.put(`${ROOT}/web`, { host: "192.0.2.1" });
    await answers("web.skydns.test.");
    await etcd.stop();
    await etcd.restart();
    expect(await answers("web.skydns.test.")).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it("is left for the next endpoint, which is asked first from then on", async () => {
    await use("", `${etcd.address} ${spare.address}`);
    etcd.script = (_path, response) => {
      etcd.asked.push("refused");
      sendJson(response, 503, { error: "no leader" });
      return true;
    };
    spare.put(`${ROOT}/web`, { host: "192.0.2.1" });
    for (let i = 0; i < 3; i++) expect(await answers("web.skydns.test.")).toHaveLength(1);
    expect(etcd.asked).toEqual(["refused"]);
    expect(lines).toEqual([]);
  });

  it("and hangs is given up after two seconds, the query after five", async () => {
    stopTime();
    await use("", `${etcd.address} ${spare.address}`);
    etcd.script = () => true;
    spare.put(`${ROOT}/web/a`, { host: "192.0.2.1" });
    const { value, ms } = await passFor(answers("web.skydns.test."));
    expect([value.length, ms]).toEqual([1, 2_000]);
    spare.script = () => true;
    const failed = await passFor(failure("web.skydns.test."));
    expect(failed.ms).toBe(4_000);
    expect(failed.value.message).toMatch(/no answer within 2 s; .*no answer within 2 s$/);
    await use("", `${etcd.address} ${spare.address} ${etcd.address}`);
    expect((await passFor(failure("web.skydns.test."))).ms).toBe(5_000);
  });

  it("keeps no more than 1,000 queries waiting", async () => {
    stopTime();
    etcd.script = () => true;
    const waiting = Array.from({ length: 1_000 }, () => failure("web.skydns.test."));
    expect(await failure("web.skydns.test.")).toMatchObject({ reason: "too-many-waiting" });
    await passFor(Promise.all(waiting));
    await settle();
  });

  it.each([
    ["no JSON", 'HTTP status 200, and no JSON: "no JSON"'],
    ['{"kvs":5}', '"kvs" is no list'],
    ['{"kvs":[{"key":5}]}', "a key or a value is no string"],
    [`"${"x".repeat(9 << 20)}"`, "a response of over 8388608 octets"],
  ])("in its mind, as with %.20s, is a failure", async (text, message) => {
    etcd.script = (_path, response) => Boolean(response.end(text));
    expect((await failure("web.skydns.test.")).message).toContain(message);
  });
});

describe("a user", () => {
  it("gets a token, and another one when it is refused", async () => {
    await use("credentials user pass");
    etcd.put(`${ROOT}/web`, { host: "192.0.2.1" });
    let valid = 0;
    etcd.script = (path, response, token) => {
      if (path === "/v3/auth/authenticate") {
        sendJson(response, 200, { token: `t${++valid}` });
        return true;
      }
      if (token === `t${valid}`) return false;
      sendJson(response, 401, { error: "etcdserver: invalid auth token", code: 16 });
      return true;
    };
    await Promise.all([1, 2, 3].map(() => answers("web.skydns.test.")));
    expect(valid).toBe(1);
    valid = 5;
    expect(await answers("web.skydns.test.")).toHaveLength(1);
    expect(valid).toBe(6);
  });

  it("is none where etcd knows no users, and fails with its reason if it is refused", async () => {
    await use("credentials user pass");
    etcd.put(`${ROOT}/web`, { host: "192.0.2.1" });
    let error = "etcdserver: authentication is not enabled";
    etcd.script = (path, response) => {
      if (path !== "/v3/auth/authenticate") return false;
      sendJson(response, 400, { error });
      return true;
    };
    expect(await answers("web.skydns.test.")).toHaveLength(1);
    await use("credentials user pass");
    error = "etcdserver: authentication failed, invalid user ID or password";
    expect((await failure("web.skydns.test.")).message).toBe(`Cannot ask etcd: ${error}`);
    await failure("web.skydns.test.");
  });
});

it.each([
  ["tls none.pem", /^Corefile:4: plugin\/etcd: cannot read ".*none.pem": no such file/],
  ["tls package.json", /^Corefile:4: plugin\/etcd: cannot use tls "package.json": no certificate/],
  ["tls package.json package.json", /^Corefile:4: plugin\/etcd: cannot use tls /],
])("is not started with %s", async (line, message) => {
  await expect(use(line)).rejects.toThrow(message);
});
