import { afterEach, beforeEach, expect, it } from "vitest";
import { silentLog } from "../../testing/context.ts";
import type { RawRead, RawWanted } from "../raw-objects.ts";
import { manifestsSource } from "./manifests-source.ts";
import type { ManifestsSource } from "./manifests-source.ts";
import { EVERYTHING, RecordingSink, TemporaryFolder } from "./testing.ts";

const TEXT = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: a } }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop, labels: { tier: front } }
spec: { selector: { app: web }, sessionAffinity: ClientIP, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: hidden, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
const POD = `{"apiVersion": "v1", "kind": "List", "items": [{
  "apiVersion": "v1", "kind": "Pod",
  "metadata": {"name": "web-0", "namespace": "shop", "labels": {"app": "web", "tier": "front"}},
  "spec": {"nodeName": "n1"}, "status": {"podIP": "10.1.0.1", "message": "hello"}
}]}`;

let folder: TemporaryFolder;
let source: ManifestsSource;

beforeEach(async () => {
  folder = new TemporaryFolder();
  folder.write("a.yaml", TEXT);
  folder.write("b.json", POD);
  source = manifestsSource({
    paths: [folder.path],
    selection: { ...EVERYTHING, labels: "tier=front" },
    log: silentLog(),
    watch: false,
  });
  await source.start(new RecordingSink());
});
afterEach(async () => {
  await source.stop();
  folder[Symbol.dispose]();
});

function read(wanted: RawWanted): Promise<RawRead> {
  return source.read(wanted, performance.now() + 1_000_000);
}

it("has what files say, completed as an API server would", async () => {
  expect(await read({ kind: "Service", namespace: "shop", name: "web" })).toMatchObject({
    isWhole: true,
    objects: [
      {
        metadata: { name: "web", labels: { tier: "front" } },
        spec: {
          sessionAffinity: "ClientIP",
          type: "ClusterIP",
          clusterIP: expect.stringMatching(/^10\.\d/) as string,
        },
      },
    ],
  });
  expect(await read({ kind: "Pod", namespace: "shop" })).toMatchObject({
    objects: [{ metadata: { name: "web-0" }, status: { message: "hello" } }],
  });
  expect(await read({ kind: "Namespace", namespace: "", name: "shop" })).toMatchObject({
    objects: [{ metadata: { labels: { team: "a", "kubernetes.io/metadata.name": "shop" } } }],
  });
});

it("has the slices that a controller would make", async () => {
  const labels = "kubernetes.io/service-name=web";
  expect(await read({ kind: "EndpointSlice", namespace: "shop", labels })).toMatchObject({
    objects: [
      {
        addressType: "IPv4",
        endpoints: [
          {
            addresses: ["10.1.0.1"],
            conditions: { ready: true },
            nodeName: "n1",
            targetRef: { kind: "Pod", name: "web-0" },
          },
        ],
        ports: [{ name: "http", port: 8080, protocol: "TCP" }],
      },
    ],
  });
});

it("has also what the selection hides, and nothing that labels rule out", async () => {
  expect(await read({ kind: "Service", namespace: "shop", name: "hidden" })).toMatchObject({
    objects: [{ metadata: { name: "hidden" } }],
  });
  expect(await read({ kind: "Pod", namespace: "shop", labels: "app!=web" })).toEqual({
    objects: [],
    isWhole: true,
  });
  expect(await read({ kind: "Pod", namespace: "shop", labels: "((" })).toMatchObject({
    failure: { code: "failed" },
  });
});

it("finds documents whatever is around them", async () => {
  const pod = (name: string): string => {
    return `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: odd }\n`;
  };
  // What looks like the end of a document, and is none.
  const block = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  text: |\n    ---\n    kind: Pod\n`;
  const texts = [pod("first"), block, pod("second"), `# Pod\n${pod("third")}`, "", pod("last")];
  folder.write("c.yaml", texts.join("--- # Pod\n"));
  folder.write("d.yaml", `%YAML 1.2\n---\n${pod("directed")}`);
  folder.write("e.yaml", `---\n${pod("early")}----: 1\n`);
  await source.refresh();
  const found = await read({ kind: "Pod", namespace: "odd" });
  const names = found.failure
    ? []
    : found.objects.map(({ metadata }) => (metadata as { name: string }).name);
  expect(names).toEqual(["first", "second", "third", "last", "directed", "early"]);
});

it("gives up at the deadline, and says if a file is gone", async () => {
  const wanted: RawWanted = { kind: "Pod", namespace: "shop" };
  expect(await source.read(wanted, 0)).toMatchObject({ failure: { code: "late" } });
  folder[Symbol.dispose]();
  expect(await read(wanted)).toMatchObject({ failure: { code: "failed" } });
});
