import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DifferenceList } from "../recorded/deliberate-differences.ts";
import type { RecordedAnswer } from "../recorded/recorded-answer.ts";
import { askAll } from "../recorded/run-set.ts";
import { ControlPlane } from "./control-plane.ts";
import type { DnsServer } from "./dns-server.ts";
import { loadManifests } from "./load-manifests.ts";
import { findCoreDns, serveCoreDns, servePortolan } from "./serve.ts";

const DATA = join(import.meta.dirname, "../recorded/data");
const HARBOR = join(DATA, "harbor.yaml");
const NAME = "yacht.crane-ns.svc.cluster.local";

const COREFILE = `.:{{PORT}} {
  prometheus 127.0.0.1:{{METRICS_PORT}}
  kubernetes cluster.local {
    manifests {{MANIFESTS}}
  }
}
`;

describe("Portolan in a process of its own", () => {
  let server: DnsServer;
  beforeAll(async () => {
    server = await servePortolan({ corefile: COREFILE, values: { MANIFESTS: HARBOR } });
  });
  afterAll(() => server.stop());

  it("answers when it says that it is ready", async () => {
    expect(await server.ready()).toEqual({ status: 200, body: "OK" });
    for (const transport of ["", " +tcp"]) {
      const { rcode, answer } = await server.ask(`${NAME} A${transport}`);
      expect([rcode, answer]).toEqual(["NOERROR", [`${NAME}. 5 IN A 10.97.1.1`]]);
    }
  });

  it("has ports for whatever is asked for", async () => {
    const response = await fetch(`http://127.0.0.1:${server.portOf("METRICS_PORT")}/metrics`);
    expect(await response.text()).toContain("coredns_dns_requests_total");
    expect(() => server.portOf("OTHER_PORT")).toThrow("no such placeholder");
  });

  it("tells what it needs", () => {
    expect(server.program.residentOctets()).toBeGreaterThan(20_000_000);
    expect(server.program.cpuSeconds()).toBeGreaterThan(0);
    expect(server.program.output).toContain("Portolan-");
  });

  it("takes another Corefile", async () => {
    server.reload(COREFILE.replace("manifests {{MANIFESTS}}", "$&\n    ttl 7"));
    const ttlOf = async () => (await server.ask(`${NAME} A`)).answer;
    await expect.poll(ttlOf, { timeout: 10_000 }).toEqual([`${NAME}. 7 IN A 10.97.1.1`]);
  });

  it("may be asked while nobody listens", async () => {
    const other = await servePortolan({
      corefile: COREFILE,
      values: { MANIFESTS: HARBOR },
      wait: "answering",
    });
    await other.program.stop("SIGKILL");
    expect((await other.ask(`${NAME} A`)).rcode).toBe("TIMEOUT");
    await other.stop();
  });

  it("says why it does not start", async () => {
    const start = servePortolan({ corefile: ".:{{PORT}} {\n  no-such-plugin\n}\n" });
    await expect(start).rejects.toThrow(/"portolan" is ready: it ended\n[^]*no-such-plugin/);
  });
});

/** A name server is called as the Service whose endpoint it is on: here it is on none, there on the API server's. */
const NAME_SERVERS = /^(cluster\.local\. NS|ns\.dns\.cluster\.local\. A)$/;

/** As they are in the file: a question is a name and a type. */
type RecordedSets = Record<
  string,
  { corefile: string; cases: (RecordedAnswer & { q: [string, string] })[] }
>;

describe("CoreDNS on the control plane", () => {
  const isMissing = findCoreDns() === undefined;

  // What was recorded once comes again: the control plane, the manifests in it and the questions are right.
  it.skipIf(isMissing)("answers as it was recorded", async () => {
    const plane = await ControlPlane.start();
    await loadManifests(plane.client(), readFileSync(HARBOR, "utf8"));
    const recorded: RecordedSets = JSON.parse(
      readFileSync(join(DATA, "cluster-answers.json"), "utf8"),
    );
    const { corefile = "", cases = [] } = recorded["bare"] ?? {};
    const values = { KUBECONFIG: plane.kubeconfig() };
    const server = await serveCoreDns({ corefile, values });
    const lines = cases
      .map(({ q, ...answer }) => ({ ...answer, q: q.join(" ") }))
      .filter(({ q }) => !NAME_SERVERS.test(q));
    const set = { name: "bare", corefile, cases: lines, detail: "cluster" } as const;
    expect(lines.length).toBeGreaterThan(500);
    expect(await askAll(set, server.port, new DifferenceList([]))).toEqual([]);
    await server.stop();
    await plane.stop();
  });
});
