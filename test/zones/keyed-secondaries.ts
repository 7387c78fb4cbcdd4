import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bindSecondarySettings, knotSettings, nsdSettings } from "./server-settings.ts";
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
${bindSecondarySettings({ port, state: folder })}zone "${origin}" { type secondary; file "${folder}/db"; primaries { 127.0.0.1 port ${primaryPort} key "${key.name}"; }; };
`,
  },
  {
    name: "NSD",
    tool: "nsd",
    args: (conf) => ["-d", "-c", conf],
    configuration: (folder, { port, primaryPort, origin, key }) => `
${nsdSettings({ port, state: folder })}key:
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
${knotSettings({ port, state: folder }, "info")}key:
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
