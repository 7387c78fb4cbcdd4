import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bindSecondarySettings, knotSettings, nsdSettings } from "./server-settings.ts";
import { ChildProgram } from "../cluster/child-program.ts";

/** A server of Debian that has zones from ours: where it is to serve, and its program. */
export interface OtherSecondary {
  readonly name: string;
  readonly tool: string;
  /** Writes its configuration. @returns the arguments of its program */
  readonly configure: (folder: string, at: SecondaryPlace) => Promise<readonly string[]>;
}

export interface SecondaryPlace {
  readonly port: number;
  /** Of our server, which is on 127.0.0.1. */
  readonly primaryPort: number;
  /** With a final dot. */
  readonly origins: readonly string[];
}

const nsd: OtherSecondary = {
  name: "NSD",
  tool: "nsd",
  async configure(folder, { port, primaryPort, origins }) {
    const zones = origins.map((origin) => {
      const primary = `127.0.0.1@${primaryPort} NOKEY`;
      return `zone:\n  name: "${origin}"\n  request-xfr: ${primary}\n  allow-notify: 127.0.0.1 NOKEY\n`;
    });
    const conf = join(folder, "nsd.conf");
    await writeFile(conf, `${nsdSettings({ port, state: folder })}${zones.join("")}`);
    return ["-d", "-c", conf];
  },
};

const knot: OtherSecondary = {
  name: "Knot",
  tool: "knotd",
  async configure(folder, { port, primaryPort, origins }) {
    const conf = join(folder, "knot.conf");
    await writeFile(
      conf,
      `${knotSettings({ port, state: folder }, "info")}remote:
  - id: primary
    address: 127.0.0.1@${primaryPort}
acl:
  - id: notified
    address: 127.0.0.1
    action: notify
template:
  - id: default
    storage: ${folder}
    master: primary
    acl: notified
zone:
${origins.map((origin) => `  - domain: ${origin}\n`).join("")}`,
    );
    return ["-c", conf];
  },
};

const bind: OtherSecondary = {
  name: "BIND",
  tool: "named",
  async configure(folder, { port, primaryPort, origins }) {
    const conf = join(folder, "named.conf");
    const zones = origins.map((origin) => {
      const name = origin.slice(0, -1);
      return `zone "${name}" { type secondary; file "${folder}/${name}.db"; primaries { 127.0.0.1 port ${primaryPort}; }; };\n`;
    });
    await writeFile(conf, `${bindSecondarySettings({ port, state: folder })}${zones.join("")}`);
    return ["-g", "-c", conf, "-n", "1"];
  },
};

export const otherSecondaries: readonly OtherSecondary[] = [nsd, knot, bind];

export async function startSecondary(
  { name, tool, configure }: OtherSecondary,
  folder: string,
  at: SecondaryPlace,
): Promise<ChildProgram> {
  const own = join(folder, tool);
  await mkdir(own);
  return ChildProgram.start({ name, path: tool, args: await configure(own, at) });
}
