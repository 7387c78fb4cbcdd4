import { request } from "node:https";
import type { ControlPlane } from "../../cluster/control-plane.ts";
import { ADMIN } from "../../cluster/user.ts";

const LISTS = [
  "/api/v1/namespaces",
  "/api/v1/services",
  "/apis/discovery.k8s.io/v1/endpointslices",
];
const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** Octets of the lists that names are made of, by the way in which the API server is asked for them. */
export async function listOctets(plane: ControlPlane): Promise<ReadonlyMap<string, number>> {
  const octets = new Map<string, number>();
  for (const [how, accept] of [
    ["JSON", "application/json"],
    ["protobuf", PROTOBUF],
  ] as const) {
    for (const encoding of ["identity", "gzip"]) {
      const sizes = await Promise.all(LISTS.map((path) => sizeOf(plane, path, accept, encoding)));
      const name = encoding === "gzip" ? `${how}, gzip` : how;
      octets.set(
        name,
        sizes.reduce((sum, size) => sum + size, 0),
      );
    }
  }
  return octets;
}

function sizeOf(
  plane: ControlPlane,
  path: string,
  accept: string,
  encoding: string,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { authorization: `Bearer ${ADMIN.token}`, accept, "accept-encoding": encoding };
  request(`${plane.url}${path}`, { ca: plane.ca, headers }, (response) => {
    let length = 0;
    response.on("data", (chunk: Buffer) => (length += chunk.length));
    response.on("end", () => resolve(length));
  })
    .on("error", reject)
    .end();
  return promise;
}
