import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { knotSettings, nsdSettings } from "./server-settings.ts";
import { ChildProgram } from "../cluster/child-program.ts";

/** Where a primary keeps its zone, where it listens, and whom it tells of changes. */
export interface PrimarySite {
  readonly folder: string;
  readonly port: number;
  readonly secondaryPort: number;
  /** Base64; with it transfers and updates have to be signed by the key `transfer.example.org`. */
  readonly secret?: string;
}

/** A primary of Debian that serves `example.org` and lets it be changed. */
export interface Primary {
  /** Makes this the zone, or a change of the one before. */
  change(zone: ChangedZone): Promise<void>;
  stop(): Promise<void>;
}

/** A version, whole and as what has to be done to the one before. */
export interface ChangedZone {
  readonly text: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export const ORIGIN = "example.org.";
export const KEY_NAME = "transfer.example.org.";
/** The file of the zone in the folder of the site. */
export const ZONE_FILE = "zone";

export type StartPrimary = (site: PrimarySite) => Promise<Primary>;

export const startBind: StartPrimary = async ({ folder, port, secondaryPort, secret }) => {
  const state = await stateFolder(folder, "bind");
  const key = secret ? `key "${KEY_NAME}" { algorithm hmac-sha256; secret "${secret}"; };\n` : "";
  const who = secret ? `key "${KEY_NAME}"` : "127.0.0.1";
  const config = `${key}options {
  directory "${state}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile "${state}/session.key";
  allow-transfer { ${who}; };
  notify explicit;
  notify-delay 0;
  also-notify { 127.0.0.1 port ${secondaryPort}; };
  recursion no;
  dnssec-validation no;
};
controls { };
zone "${ORIGIN}" { type primary; file "${join(folder, ZONE_FILE)}"; allow-update { ${who}; }; };
`;
  const conf = join(state, "named.conf");
  await writeFile(conf, config);
  const program = await ChildProgram.start({
    name: "BIND",
    path: "named",
    args: ["-g", "-n", "1", "-c", conf],
  });
  return {
    change: ({ added, removed }) => {
      const lines = [
        `server 127.0.0.1 ${port}`,
        ...(secret ? [`key hmac-sha256:${KEY_NAME} ${secret}`] : []),
        `zone ${ORIGIN}`,
        ...removed.map((record) => `update delete ${record}`),
        ...added.map((record) => `update add ${record}`),
        "send",
      ];
      run("nsupdate", [], `${lines.join("\n")}\n`);
      return Promise.resolve();
    },
    stop: () => program.stop(),
  };
};

export const startKnot: StartPrimary = async ({ folder, port, secondaryPort }) => {
  const state = await stateFolder(folder, "knot");
  const config = `${knotSettings({ port, state }, "warning")}remote:
  - id: ours
    address: 127.0.0.1@${secondaryPort}
acl:
  - id: local
    address: 127.0.0.1
    action: transfer
zone:
  - domain: ${ORIGIN}
    file: ${join(folder, ZONE_FILE)}
    zonefile-load: difference
    zonefile-sync: -1
    journal-content: changes
    notify: ours
    acl: local
`;
  const conf = join(state, "knot.conf");
  await writeFile(conf, config);
  const program = await ChildProgram.start({ name: "Knot", path: "knotd", args: ["-c", conf] });
  return {
    change: async ({ text }) => {
      await writeFile(join(folder, ZONE_FILE), text);
      run("knotc", ["-c", conf, "-b", "zone-reload", ORIGIN]);
    },
    stop: () => program.stop(),
  };
};

export const startNsd: StartPrimary = async ({ folder, port, secondaryPort }) => {
  const state = await stateFolder(folder, "nsd");
  const config = `${nsdSettings({ port, state }, folder)}zone:
  name: "${ORIGIN}"
  zonefile: "${ZONE_FILE}"
  provide-xfr: 127.0.0.1 NOKEY
  notify: 127.0.0.1@${secondaryPort} NOKEY
  store-ixfr: yes
  create-ixfr: yes
`;
  const conf = join(state, "nsd.conf");
  await writeFile(conf, config);
  const program = await ChildProgram.start({ name: "NSD", path: "nsd", args: ["-d", "-c", conf] });
  return {
    change: async ({ text }) => {
      await writeFile(join(folder, ZONE_FILE), text);
      program.signal("SIGHUP");
    },
    stop: () => program.stop(),
  };
};

async function stateFolder(folder: string, name: string): Promise<string> {
  const state = join(folder, name);
  await mkdir(state);
  return state;
}

function run(program: string, args: readonly string[], input = ""): void {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`Cannot run ${program}: exit code ${status}: ${stdout}${stderr}`);
}
