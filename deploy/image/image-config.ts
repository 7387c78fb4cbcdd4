import type { Architecture } from "./architectures.ts";

/** What the image says of itself, in OCI's words: labels of its configuration and annotations of its manifests. */
export interface About {
  readonly version: string;
  readonly description: string;
  readonly licenses: string;
  /** Where the source is; unknown if nobody says so. */
  readonly source: string | undefined;
  /** The commit. */
  readonly revision: string;
  /** Of the commit: all files and all JSON in the image are of this time. */
  readonly epochSeconds: number;
}

/** How the program is started. All that is not said here is as in CoreDNS's image, so that either may stand for the other. */
const CONFIG = {
  User: "65532:65532",
  ExposedPorts: { "53/tcp": {}, "53/udp": {}, "8080/tcp": {}, "8181/tcp": {}, "9153/tcp": {} },
  Env: [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "NODE_ENV=production",
    // Of the limit that Node finds in its cgroup. V8 by itself would let its heap grow beyond a small one. A pod's own
    // NODE_OPTIONS stand in place of these, whether it starts the entry point, "coredns" or a command in the container.
    "NODE_OPTIONS=--max-old-space-size-percentage=60",
  ],
  Entrypoint: [
    "/usr/local/bin/node",
    "--max-semi-space-size=4",
    "--initial-old-space-size=48",
    "/app/dist/main.js",
  ],
  // A name of a file in a Corefile is relative to it.
  WorkingDir: "/",
} as const;

/** As NodeLocal DNSCache's image: iptables and interfaces are root's. */
const NODE_CONFIG = {
  User: "0:0",
  ExposedPorts: { "53/tcp": {}, "53/udp": {}, "8080/tcp": {}, "9253/tcp": {}, "9353/tcp": {} },
  Entrypoint: [...CONFIG.Entrypoint, "node-cache"],
};

export function labels(about: About, base?: { name: string; digest: string }) {
  const prefix = "org.opencontainers.image";
  return {
    [`${prefix}.title`]: "Portolan",
    [`${prefix}.description`]: about.description,
    [`${prefix}.version`]: about.version,
    [`${prefix}.revision`]: about.revision,
    [`${prefix}.created`]: createdAt(about),
    [`${prefix}.licenses`]: about.licenses,
    ...(about.source === undefined ? {} : { [`${prefix}.source`]: about.source }),
    ...(base ? { [`${prefix}.base.name`]: base.name, [`${prefix}.base.digest`]: base.digest } : {}),
  };
}

export function imageConfig(
  about: About,
  architecture: Architecture,
  layers: readonly { readonly diffId: string; readonly of: string }[],
  { texts, isForNodes }: { texts: Readonly<Record<string, string>>; isForNodes: boolean },
) {
  const created = createdAt(about);
  return {
    created,
    architecture: architecture.name,
    os: "linux",
    config: { ...CONFIG, ...(isForNodes ? NODE_CONFIG : {}), Labels: texts },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ of }) => ({ created, created_by: "npm run image", comment: of })),
  };
}

function createdAt({ epochSeconds }: About): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
}
