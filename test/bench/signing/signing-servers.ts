import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeKeyFiles } from "../../../src/testing/dnssec-keys.ts";
import { findProgram } from "../find-program.ts";
import { findContestants } from "../scale/contestants.ts";

export const ORIGIN = "signed.example.";

/** A server that signs what it answers, and how it is started. */
export interface SigningServer {
  readonly name: string;
  readonly program: string;
  /** @param folder its own */
  readonly args: (folder: string, zoneFile: string, port: number) => Promise<readonly string[]>;
}

/** Those that are installed. Each has a key of ECDSAP256SHA256, and may use all cores. */
export function findSigningServers(): SigningServer[] {
  const withCorefile = findContestants(undefined).map(({ name, path, args }) => ({
    name,
    program: path,
    args: async (folder: string, zoneFile: string, port: number) => {
      const key = await writeKeyFiles(folder, { owner: ORIGIN, flags: 257 });
      return [...args, "-conf", write(folder, "Corefile", corefile(zoneFile, key, port))];
    },
  }));
  const knot = findProgram("knotd");
  return [...withCorefile, ...(knot === undefined ? [] : [knotAt(knot)])];
}

function corefile(zoneFile: string, key: string, port: number): string {
  return `${ORIGIN}:${port} {
    bind 127.0.0.1
    dnssec {
        key file ${key}
    }
    file ${zoneFile}
}
`;
}

/** `mod-onlinesign` makes its key itself, and keeps no signature. */
function knotAt(program: string): SigningServer {
  return {
    name: "knot",
    program,
    args: (folder, zoneFile, port) => {
      mkdirSync(join(folder, "db"));
      const text = `server:
  rundir: ${folder}
  listen: 127.0.0.1@${port}
database:
  storage: ${join(folder, "db")}
zone:
  - domain: ${ORIGIN}
    file: ${zoneFile}
    zonefile-load: whole
    journal-content: none
    module: mod-onlinesign
`;
      return Promise.resolve(["-c", write(folder, "knot.conf", text)]);
    },
  };
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
