import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ChildProgram } from "../cluster/child-program.ts";

/** Where a secondary is to serve a zone, who has it, and the key that is needed for that. */
export interface KeyedPlace {
  readonly port: number;
  readonly primaryPort: number;
  /** Without a final dot. */
  readonly origin: string;
  readonly key: { readonly name: string; readonly algorithm: string; readonly secret: string };
}

interface KeyedSecondary {
  readonly name: string;
  readonly tool: string;
  readonly args: (conf: string) => readonly string[];
  readonly configuration: (folder: string, at: KeyedPlace) => string;
}

/** Servers of Debian that sign what they ask of a primary. */
export const keyedSecondaries: readonly KeyedSecondary[] = [
  {
    name: "BIND",
    tool: "named",
    args: (conf) => ["-g", "-c", conf, "-n", "1"],
    configuration: (folder, { port, primaryPort, origin, key }) => `
key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };
options {
  directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key";
  managed-keys-directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no; min-refresh-time 1; min-retry-time 1;
};
controls { };
zone "${origin}" { type secondary; file "${folder}/db"; primaries { 127.0.0.1 port ${primaryPort} key "${key.name}"; }; };
`,
  },
  {
    name: "NSD",
    tool: "nsd",
    args: (conf) => ["-d", "-c", conf],
    configuration: (folder, { port, primaryPort, origin, key }) => `
server:
  ip-address: 127.0.0.1@${port}
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  xfrdir: "${folder}"
  server-count: 1
remote-control:
  control-enable: no
key:
  name: "${key.name}"
  algorithm: ${key.algorithm}
  secret: "${key.secret}"
zone:
  name: "${origin}"
  request-xfr: 127.0.0.1@${primaryPort} ${key.name}
`,
  },
  {
    name: "Knot",
    tool: "knotd",
    args: (conf) => ["-c", conf],
    configuration: (folder, { port, primaryPort, origin, key }) => `
server:
  listen: 127.0.0.1@${port}
  rundir: ${folder}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: ${folder}
log:
  - target: stderr
    any: info
key:
  - id: ${key.name}
    algorithm: ${key.algorithm}
    secret: ${key.secret}
remote:
  - id: primary
    address: 127.0.0.1@${primaryPort}
    key: ${key.name}
zone:
  - domain: ${origin}
    storage: ${folder}
    master: primary
`,
  },
];

export async function startKeyed(
  { name, tool, args, configuration }: KeyedSecondary,
  folder: string,
  at: KeyedPlace,
): Promise<ChildProgram> {
  const own = join(folder, tool);
  await mkdir(own);
  const conf = join(own, "conf");
  await writeFile(conf, configuration(own, at));
  return ChildProgram.start({ name, path: tool, args: args(conf) });
}
