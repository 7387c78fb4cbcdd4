import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { HttpEndpoints } from "../../http/http-endpoints.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import type { RepeatedQueries } from "../../server/contract/repeat-observer.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import type { TestQueryOptions } from "../../testing/query.ts";
import { prometheus } from "./index.ts";

let metrics = new Metrics();
let ports: number[] = [];
const started: Instance[] = [];

beforeEach(() => {
  metrics = new Metrics();
  ports = [];
});
afterEach(async () => {
  for (const instance of started.splice(0)) await instance.stop?.();
});

function make(directive = "prometheus 127.0.0.1:0", zones: readonly string[] = ["."]): Instance {
  const endpoints = new HttpEndpoints();
  const http = new HttpEndpoints();
  http.serve = async (...args) => {
    const served = await endpoints.serve(...args);
    ports.push(served.port);
    return served;
  };
  const context = testContext({ directive, zones, metrics, host: { http } });
  const instance = prometheus.create?.(prometheus.parse(context.directive), context) ?? {};
  started.push(instance);
  return instance;
}

/** The lines of a metric with their values. */
async function series(name: string): Promise<string[]> {
  const lines = (await metrics.text()).split("\n");
  return lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

function count(
  instance: Instance,
  qname: string,
  qtype = "A",
  options: TestQueryOptions = {},
  outcome: Outcome = new Reply(),
): void {
  instance.observe?.({
    query: testQuery(qname, qtype, options),
    outcome,
    octets: 100,
    failure: undefined,
  });
}

const zone = 'server="dns://:53",zone=".",view=""';

/** Two queries that were answered by the answer table. */
const REPEATED: RepeatedQueries = {
  count: 2,
  seconds: 0.001,
  isIpv6: false,
  isStream: false,
  qtype: 1,
  dnssecOk: false,
  rcode: Rcode.NOERROR,
  reason: undefined,
  queryOctets: 40,
  replyOctets: 80,
};

describe("prometheus", () => {
  it("counts queries by transport, family and type", async () => {
    const instance = make();
    count(instance, "a.test.");
    count(instance, "b.test.");
    count(instance, "a.test.", "AAAA", { address: "2001:db8::1" });
    count(instance, "a.test.", "ANY", { transport: "tcp" });
    count(instance, "a.test.", "HTTPS", { transport: "tls", address: "2001:db8::1" });
    expect(await series("coredns_dns_requests_total")).toEqual([
      `coredns_dns_requests_total{${zone},proto="udp",family="1",type="A"} 2`,
      `coredns_dns_requests_total{${zone},proto="udp",family="2",type="AAAA"} 1`,
      `coredns_dns_requests_total{${zone},proto="tcp",family="1",type="ANY"} 1`,
      `coredns_dns_requests_total{${zone},proto="tcp",family="2",type="HTTPS"} 1`,
    ]);
  });

  it("lumps together types that few ask for, so that nobody can make more series", async () => {
    const instance = make();
    for (const type of ["CAA", "URI", "LOC", "TYPE255", "TYPE256", "TYPE65535", "NULL"]) {
      count(instance, "a.test.", type);
    }
    expect(await series("coredns_dns_requests_total")).toEqual([
      `coredns_dns_requests_total{${zone},proto="udp",family="1",type="other"} 6`,
      `coredns_dns_requests_total{${zone},proto="udp",family="1",type="ANY"} 1`,
    ]);
  });

  it("counts for the longest zone of the block that a name is within", async () => {
    const instance = make("prometheus", ["test.", "B.a.test.", "a.test."]);
    const names = ["x.b.A.test.", "b.a.test.", "xb.a.test.", "a.test.", "aa.test.", "example."];
    for (const name of names) count(instance, name);
    const lines = await series("coredns_dns_requests_total");
    expect(lines.map((line) => line.replace(/.*zone="([^"]*)".* /, "$1 "))).toEqual([
      "B.a.test. 2",
      "a.test. 2",
      "test. 1",
      ". 1",
    ]);
  });

  it("counts replies by response code, and those that were dropped not at all", async () => {
    const instance = make();
    count(instance, "a.test.", "A", {}, new Reply(Rcode.NXDOMAIN));
    count(instance, "a.test.", "A", {}, new Reply(Rcode.BADCOOKIE));
    count(instance, "a.test.", "A", {}, new Reply(3_000));
    count(instance, "a.test.", "A", {}, DROPPED);
    expect(await series("coredns_dns_responses_total")).toEqual([
      `coredns_dns_responses_total{${zone},rcode="NXDOMAIN",plugin=""} 1`,
      `coredns_dns_responses_total{${zone},rcode="BADCOOKIE",plugin=""} 1`,
      `coredns_dns_responses_total{${zone},rcode="other",plugin=""} 1`,
    ]);
    expect(await series("coredns_dns_requests_total")).toEqual([
      `coredns_dns_requests_total{${zone},proto="udp",family="1",type="A"} 4`,
    ]);
    expect(await series("coredns_dns_response_size_bytes_count")).toEqual([
      `coredns_dns_response_size_bytes_count{${zone},proto="udp"} 3`,
    ]);
  });

  it("counts queries that want DNSSEC records", async () => {
    const instance = make();
    count(instance, "a.test.", "A", { do: true });
    count(instance, "a.test.", "A", { edns: true });
    expect(await series("coredns_dns_do_requests_total")).toEqual([
      `coredns_dns_do_requests_total{${zone}} 1`,
    ]);
  });

  it("counts denials and failures by their reason, also of replies that are repeated", async () => {
    const instance = make();
    const denial = new Reply(Rcode.NXDOMAIN);
    denial.reason = "no-service";
    count(instance, "nobody.test.", "A", {}, denial);
    count(instance, "somebody.test.");
    instance
      .observeRepeats?.(Name.parse("nobody.test."))
      ?.countRepeats({ ...REPEATED, rcode: Rcode.NXDOMAIN, reason: "no-service" });
    expect(await series("portolan_dns_reasons_total")).toEqual([
      `portolan_dns_reasons_total{${zone},reason="no-service"} 3`,
    ]);
  });

  it("sorts sizes and durations into CoreDNS's buckets", async () => {
    const instance = make();
    instance.observe?.({
      query: testQuery("a.test."),
      outcome: new Reply(),
      octets: 511,
      failure: undefined,
    });
    instance.observe?.({
      query: testQuery("a.test."),
      outcome: new Reply(),
      octets: 512,
      failure: undefined,
    });
    const bounds = async (name: string): Promise<string[]> => {
      const lines = await series(`${name}_bucket`);
      return lines.map((line) => /le="([^"]*)"/.exec(line)?.[1] ?? "");
    };
    const octets = "0 100 200 300 400 511 1023 2047 4095 8291 16000 32000 48000 64000 +Inf";
    expect((await bounds("coredns_dns_request_size_bytes")).join(" ")).toBe(octets);
    expect((await bounds("coredns_dns_response_size_bytes")).join(" ")).toBe(octets);
    const seconds = (await bounds("coredns_dns_request_duration_seconds")).map(Number);
    expect([seconds.length, seconds[0], seconds[1], seconds[15]]).toEqual([
      17, 0.00025, 0.0005, 8.192,
    ]);
    const sizes = await series("coredns_dns_response_size_bytes_bucket");
    expect(sizes.filter((line) => /le="(511|1023)"/.test(line)).map((line) => line.at(-1))).toEqual(
      ["1", "2"],
    );
    expect(await series("coredns_dns_request_size_bytes_sum")).toEqual([
      `coredns_dns_request_size_bytes_sum{${zone},proto="udp"} 128`,
    ]);
  });
});

describe("the endpoint of prometheus", () => {
  async function scrape(port = ports[0]): Promise<[number, string | null, string]> {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    return [response.status, response.headers.get("content-type"), await response.text()];
  }

  it("serves metrics of the process, of the program, and of queries", async () => {
    const instance = make();
    await instance.start?.();
    count(instance, "a.test.");
    const [status, contentType, text] = await scrape();
    expect([status, contentType]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect(text).toMatch(
      /^coredns_build_info\{version="\d+\.\d+\.\d+",revision="",goversion="node v\d+\..*"\} 1$/m,
    );
    expect(text).toMatch(/^coredns_dns_requests_total\{.*type="A"\} 1$/m);
    expect(text).toMatch(/^coredns_plugin_enabled\{.*zone="\.".*name="prometheus"\} 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
    expect(text).not.toContain("nodejs_v8_heap_statistics");
  });

  it("adds what the runtime knows of itself with runtime_metrics", async () => {
    await make("prometheus 127.0.0.1:0 {\n runtime_metrics\n}").start?.();
    const [, , text] = await scrape();
    expect(text).toMatch(/^nodejs_v8_heap_statistics\{statistic="used_heap_size"\} [1-9]\d+$/m);
    expect(text).toMatch(/^nodejs_resource_usage\{resource="userCPUTime"\} [1-9]\d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_seconds\{state="idle"\} [\d.]+$/m);
  });

  it("is shared by server blocks, which go on counting where others were before", async () => {
    const instances = [make(), make()];
    for (const instance of instances) {
      await instance.start?.();
      count(instance, "a.test.");
    }
    const [, , text] = await scrape();
    expect(text).toMatch(/^coredns_dns_requests_total\{.*type="A"\} 2$/m);
    expect(text.match(/^# TYPE process_start_time_seconds/gm)).toHaveLength(1);
  });

  it("says 500 if metrics cannot be collected", async () => {
    await make().start?.();
    metrics.gauge("broken", "Throws.", [], () => {
      throw new Error("no");
    });
    expect((await scrape()).filter((part) => part !== null)).toEqual([
      500,
      "text/plain",
      "Cannot collect metrics\n",
    ]);
  });

  it("closes when the server stops", async () => {
    const instance = make();
    await instance.start?.();
    await instance.stop?.();
    await expect(scrape()).rejects.toThrow("fetch failed");
  });
});

describe("the directive prometheus", () => {
  it("listens on port 9153 of this machine only by default", () => {
    expect(prometheus.parse(testDirective("prometheus"))).toEqual({
      address: "localhost:9153",
      hasRuntimeMetrics: false,
    });
  });

  it.each([
    ["prometheus 9153", 'Corefile:2: plugin/prometheus: cannot parse address "9153"'],
    ["prometheus :1 :2", 'unexpected argument ":2": "prometheus" takes 0 to 1 argument'],
    ["prometheus {\n runtime_metrics on\n}", "Corefile:3: plugin/prometheus: unexpected argument"],
    ["prometheus {\n runtime\n}", 'Corefile:3: plugin/prometheus: unknown property "runtime"'],
    ["prometheus {\n tls web.yml\n}", 'Corefile:3: plugin/prometheus: "tls" is not built yet'],
  ])("is refused: %j", (text, message) => {
    expect(() => prometheus.parse(testDirective(text))).toThrow(message);
  });
});
