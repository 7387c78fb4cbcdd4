import { afterEach, expect, it } from "vitest";
import { startFakeUpstream } from "../testing/fake-upstream.ts";
import { startZoneUpstream } from "../testing/zone-upstream.ts";
import { ExplainBench } from "./explain-bench.cases.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function open(corefile: string): Promise<ExplainBench> {
  const bench = await ExplainBench.open(corefile, "");
  opened.push(bench);
  return bench;
}

async function notesOf(bench: ExplainBench, name: string): Promise<string[]> {
  const { lookups } = await bench.explain({ name, type: "A" });
  const steps = lookups.flatMap(({ answers }) => answers.flatMap((told) => told.steps));
  return steps.map(({ plugin, at, notes }) => `${plugin} ${at}: ${notes.join("; ")}`);
}

it("says which upstream has answered, and what the cache has kept of it", async () => {
  const upstream = await startZoneUpstream(
    "example.org. 60 IN SOA ns. host. 1 2 3 4 5\nwww.example.org. 60 IN A 192.0.2.7\n",
  );
  opened.push(upstream);
  const bench = await open(`.:53 {\n cache 30\n forward . ${upstream.address}\n}`);
  const [cache, forward] = await notesOf(bench, "www.example.org.");
  expect(cache).toBe("cache Corefile:2: no entry");
  expect(forward).toMatch(`forward Corefile:3: upstream ${upstream.address}, after `);
  expect(await notesOf(bench, "www.example.org.")).toEqual([
    expect.stringMatching(/^cache Corefile:2: entry, kept \d+ s ago, \d+ s left$/),
  ]);
});

it("says that a name is in a hosts file, and which template matches", async () => {
  const bench = await open(`.:53 {
    template IN A made.example {
        match ^a
        answer "{{ .Name }} 60 IN A 192.0.2.9"
        fallthrough
    }
    hosts {
        192.0.2.8 kept.example
    }
}`);
  expect(await notesOf(bench, "a.made.example.")).toEqual(['template Corefile:2: matches "^a"']);
  expect(await notesOf(bench, "kept.example.")).toContain(
    "hosts Corefile:7: the name is in the hosts file",
  );
});

it("says that an upstream is silent, also where its own patience is longer than ours", async () => {
  const silent = await startFakeUpstream(() => undefined);
  opened.push(silent);
  const bench = await open(`.:53 {\n forward . 127.0.0.1:${silent.port}\n}`);
  const { verdict } = await bench.explain({ name: "www.example.org." }, { ofNode: [], limitMs: 0 });
  expect(verdict.code).toBe("upstream-silent");
  expect(verdict.sentence).toBe(
    '"www.example.org." cannot be resolved: plugin/forward (Corefile:2) gets no answer from upstream',
  );
});

it("says since when the cluster is not known", async () => {
  // Nobody listens on port 1: the API server is away.
  const bench = await open(
    `cluster.local:53 {\n kubernetes {\n endpoint http://127.0.0.1:1\n startup_timeout 1ms\n }\n}`,
  );
  const { verdict } = await bench.explain({ name: "web.shop" });
  expect(verdict.code).toBe("not-synced");
  expect(verdict.sentence).toMatch(/^The cluster is not known in full yet, since 20\d\d-/);
  expect(verdict.evidence[0]).toBe("waiting for the cluster's Namespace, Service, EndpointSlice");
});
