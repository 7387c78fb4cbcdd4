import { expect, it } from "vitest";
import type {
  ClusterObjects,
  ObjectsWanted,
  RawObject,
} from "../../server/contract/cluster-objects.ts";
import { routesOf } from "./routes-of.ts";

const SERVICE = {
  metadata: { namespace: "shop", name: "web" },
  spec: {
    type: "NodePort",
    clusterIP: "10.96.0.9",
    externalTrafficPolicy: "Local",
    ports: [{ port: 80, nodePort: 30_080, protocol: "TCP" }],
  },
};

/** An endpoint on each node. */
function slices(nodes: number): readonly RawObject[] {
  return Array.from({ length: Math.ceil(nodes / 100) }, (_none, slice) => ({
    metadata: { namespace: "shop", name: `web-${slice}` },
    addressType: "IPv4",
    ports: [{ name: "", port: 8_080, protocol: "TCP" }],
    endpoints: Array.from({ length: Math.min(100, nodes - slice * 100) }, (_one, i) => ({
      addresses: [`10.244.${slice}.${i}`],
      nodeName: `node-${slice * 100 + i}`,
      conditions: { ready: true },
    })),
  }));
}

function cluster(nodes: number, isWhole = true): ClusterObjects {
  return {
    read: ({ kind }: ObjectsWanted) =>
      Promise.resolve({ objects: kind === "Service" ? [SERVICE] : slices(nodes), isWhole }),
  };
}

function ask(...objects: readonly ClusterObjects[]): ReturnType<typeof routesOf> {
  const service = { namespace: "shop", name: "web" };
  const deadlineMs = performance.now() + 60_000;
  return routesOf({
    wanted: { mode: "iptables" },
    service,
    address: undefined,
    objects,
    deadlineMs,
  });
}

it("tells of the first nodes by themselves, and claims nothing of the others that have endpoints", async () => {
  const { ports, notes, view } = await ask(cluster(5_000));
  const [port] = ports;
  expect([port?.endpointCount, port?.endpoints.length]).toEqual([5_000, 100]);
  expect(port?.ways[0]?.outcomes).toMatchObject([{ where: "every node", count: 5_000 }]);
  expect(port?.ways[0]?.outcomes[0]?.to).toHaveLength(100);
  const outside = port?.ways[1]?.outcomes ?? [];
  expect(outside.length).toBeLessThan(60);
  expect(outside.at(-1)).toMatchObject({
    where: "any node without an endpoint",
    result: "dropped",
  });
  expect(view).toBeNull();
  expect(notes.join("\n")).toMatch(/more nodes than are told of.*\n.*rules for them are not made/);
});

it("has rules up to a thousand endpoints, and no more lines than people can read", async () => {
  const { view } = await ask(cluster(1_000));
  expect(view?.lines).toHaveLength(1_001);
  expect(view?.lines.at(-1)).toMatch(/^\.\.\. \d+ more lines$/);
});

it("says that there are more slices than were read", async () => {
  expect((await ask(cluster(3, false))).notes.join("\n")).toContain("Not all EndpointSlices");
});

it.each([
  [{ code: "forbidden", text: 'cannot list services in namespace "shop"' } as const],
  [{ code: "away", text: "there is no way to the API server" } as const],
])("says why nothing can be said: %j", async (failure) => {
  const { sentence, ports, view } = await ask({ read: () => Promise.resolve({ failure }) });
  expect(sentence).toBe(`The routes of Service "shop/web" cannot be computed: ${failure.text}`);
  expect({ ports, view }).toEqual({ ports: [], view: null });
});

it("asks the next source that may know the Service", async () => {
  const nobody: ClusterObjects = { read: () => Promise.resolve({ objects: [], isWhole: true }) };
  expect((await ask(nobody, cluster(1))).service).toBe("shop/web");
  expect((await ask(nobody)).sentence).toBe('Service "shop/web" is not there any more');
});
