import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../find-program.ts";
import { findContestants } from "../scale/contestants.ts";
import { ORIGIN } from "./big-zone.ts";

/** A server that has one zone file, and how it is started. */
export interface ZoneServer {
  readonly name: string;
  readonly program: string;
  readonly args: (folder: string, zoneFile: string, port: number) => readonly string[];
  /** To read its file again; undefined for one that looks by itself. */
  readonly reloadSignal?: NodeJS.Signals;
}

/** Those that are installed. Each has one thread that answers, and writes nothing. */
export function findZoneServers(): ZoneServer[] {
  const withCorefile = findContestants(undefined).map(({ name, path, args }) => ({
    name,
    program: path,
    args: (folder: string, zoneFile: string, port: number) => [
      ...args,
      "-conf",
      write(folder, "Corefile", corefile(zoneFile, port)),
    ],
  }));
  const nsd = findProgram("nsd");
  const knot = findProgram("knotd");
  return [
    ...withCorefile,
    ...(nsd === undefined ? [] : [nsdAt(nsd)]),
    ...(knot === undefined ? [] : [knotAt(knot)]),
  ];
}

function corefile(zoneFile: string, port: number): string {
  return `${ORIGIN}:${port} {
    bind 127.0.0.1
    file ${zoneFile} {
        reload 1s
    }
}
`;
}

function nsdAt(program: string): ZoneServer {
  return {
    name: "nsd",
    program,
    reloadSignal: "SIGHUP",
    args: (folder, zoneFile, port) => [
      "-d",
      "-c",
      write(
        folder,
        "nsd.conf",
        `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  zonesdir: ${folder}
  pidfile: ${join(folder, "nsd.pid")}
  xfrdfile: ${join(folder, "xfrd.state")}
  zonelistfile: ${join(folder, "zone.list")}
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: ${ORIGIN}
  zonefile: ${zoneFile}
`,
      ),
    ],
  };
}

function knotAt(program: string): ZoneServer {
  return {
    name: "knot",
    program,
    reloadSignal: "SIGHUP",
    args: (folder, zoneFile, port) => [
      "-c",
      write(
        folder,
        "knot.conf",
        `server:
  rundir: ${folder}
  listen: 127.0.0.1@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: ${folder}
zone:
  - domain: ${ORIGIN}
    file: ${zoneFile}
    zonefile-load: whole
    journal-content: none
`,
      ),
    ],
  };
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
