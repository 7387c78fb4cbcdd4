import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ZoneUpstream } from "../../src/testing/zone-upstream.ts";
import { startZoneUpstream } from "../../src/testing/zone-upstream.ts";
import {
  clusterDifferences,
  clustersetDifferences,
  DifferenceList,
} from "../recorded/deliberate-differences.ts";
import type { RecordedAnswer } from "../recorded/recorded-answer.ts";
import type { Mismatch } from "../recorded/run-set.ts";
import { askAll } from "../recorded/run-set.ts";
import { ControlPlane } from "./control-plane.ts";
import { readModuleFile } from "./go-files.ts";
import { loadManifests } from "./load-manifests.ts";
import { servePortolan } from "./serve.ts";

const DATA = join(import.meta.dirname, "../recorded/data");
const SERVICE_IMPORTS = "config/crd/multicluster.x-k8s.io_serviceimports.yaml";
/** Their answers have addresses of the recorder's machine, where its API server was, too. */
const NAME_SERVERS = /^(cluster\.local\. NS|ns\.dns\.cluster\.local\. A(AAA)?)$/;

/** As they are in the files: a question is a name and a type. */
type RecordedSets = Record<
  string,
  { corefile: string; cases: (RecordedAnswer & { q: string[] })[] }
>;

function readSets(file: string): RecordedSets {
  return JSON.parse(readFileSync(join(DATA, file), "utf8")) as RecordedSets;
}

let plane: ControlPlane;
let upstream: ZoneUpstream;

async function load(file: string): Promise<void> {
  await loadManifests(plane.client(), readFileSync(join(DATA, file), "utf8"));
}

/** Asks a server of its own all questions of a set, but those left out. */
async function run(
  name: string,
  sets: RecordedSets,
  differences: DifferenceList,
  leftOut?: RegExp,
): Promise<Mismatch[]> {
  const { corefile = "", cases = [] } = sets[name] ?? {};
  const lines = cases
    .map(({ q, ...answer }) => ({ ...answer, q: q.join(" ") }))
    .filter(({ q }) => !leftOut?.test(q));
  expect(lines.length).toBeGreaterThan(60);
  const values = { KUBECONFIG: plane.kubeconfig(), UPSTREAM: upstream.address };
  const server = await servePortolan({ corefile, values });
  const set = { name, corefile, cases: lines, detail: "cluster" } as const;
  const mismatches = await askAll(set, server.port, differences);
  await server.stop();
  return mismatches;
}

describe("questions about the cluster of a real API server", () => {
  const differences = new DifferenceList(clusterDifferences);
  const sets = readSets("cluster-answers.json");
  beforeAll(async () => {
    plane = await ControlPlane.start();
    upstream = await startZoneUpstream(readFileSync(join(DATA, "example.net.zone"), "utf8"));
    await load("harbor.yaml");
  });
  afterAll(async () => {
    await upstream.close();
    await plane.stop();
  });

  it.each(["bare", "verified", "endpoint_pod_names", "fallthrough_all"])(
    "are answered as CoreDNS 1.15.0 does in the set %s",
    async (name) => {
      expect(await run(name, sets, differences, NAME_SERVERS)).toEqual([]);
    },
  );

  // What is cached may be older than it was when it was recorded: TTLs count down.
  it("are answered so in the set default", async () => {
    expect(await run("default", sets, differences, NAME_SERVERS)).toEqual([]);
  });

  it("are answered so in the set noendpoints", async () => {
    expect(await run("noendpoints", sets, differences, NAME_SERVERS)).toEqual([]);
  });

  it("are answered so in the set namespaces", async () => {
    expect(await run("namespaces", sets, differences, NAME_SERVERS)).toEqual([]);
  });
});

describe("questions about a cluster set", () => {
  const differences = new DifferenceList(clustersetDifferences);
  const sets = readSets("clusterset-answers.json");
  beforeAll(async () => {
    plane = await ControlPlane.start();
    upstream = await startZoneUpstream(readFileSync(join(DATA, "example.net.zone"), "utf8"));
    await loadManifests(
      plane.client(),
      readModuleFile("sigs.k8s.io/mcs-api@v0.5.2", SERVICE_IMPORTS),
    );
    const path = "/apis/multicluster.x-k8s.io/v1alpha1";
    const isServed = async () => {
      const { status } = await plane.client().send({ method: "GET", path });
      return status === 200 || undefined;
    };
    await plane.apiServer.until("has ServiceImports", isServed, 30_000);
    await load("clusterset.yaml");
  });
  afterAll(async () => {
    await upstream.close();
    await plane.stop();
  });

  it.each(["multicluster", "multicluster_options"])(
    "are answered as CoreDNS 1.15.0 does in the set %s",
    async (name) => {
      expect(await run(name, sets, differences, NAME_SERVERS)).toEqual([]);
    },
  );

  it("differ where that is on purpose", () => {
    expect(differences.unused()).toEqual([]);
  });
});
