import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ChildProgram } from "./child-program.ts";
import { findRecentEtcd } from "./binaries.ts";

const START_MS = 30_000;
const POSTGRES_FOLDER = "/usr/lib/postgresql";
/** Who needs no rights; PostgreSQL refuses to run as root. */
const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/** Of a server that stands for a Pod. */
export interface ServerPlace {
  /** Which everybody may write to. */
  readonly folder: string;
  /** One of the loopback. */
  readonly address: string;
}

/** The folder of the programs of the newest PostgreSQL; undefined if there is none. */
export function findPostgres(): string | undefined {
  if (!existsSync(POSTGRES_FOLDER)) return undefined;
  const versions = readdirSync(POSTGRES_FOLDER).toSorted((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(POSTGRES_FOLDER, version, "bin"))
    .find((bin) => existsSync(join(bin, "initdb")));
}

/** A PostgreSQL whose only user is "postgres", on port 5432. */
export async function startPostgres({ folder, address }: ServerPlace): Promise<ChildProgram> {
  const bin = findPostgres() ?? "";
  const data = join(folder, "postgres");
  const init = [join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust"];
  execFileSync("setpriv", [...NOBODY, ...init, "-E", "UTF8", "--locale=C", "--no-sync"]);
  const settings = ["fsync=off", `listen_addresses=${address}`, "unix_socket_directories="];
  const set = settings.flatMap((setting) => ["-c", setting]);
  const args = [...NOBODY, join(bin, "postgres"), "-D", data, ...set];
  return ready("postgres", "setpriv", args, "ready to accept connections");
}

/** On port 6379. */
export async function startRedis({ folder, address }: ServerPlace): Promise<ChildProgram> {
  const own = join(folder, "redis");
  mkdirSync(own);
  const args = ["--bind", address, "--port", "6379", "--dir", own, "--save", ""];
  return ready("redis", "redis-server", args, "Ready to accept connections");
}

/** Members of one cluster, "etcd-0" and so on, each on port 2379 of its address. */
export function startEtcdMembers(
  folder: string,
  addresses: readonly string[],
): Promise<ChildProgram[]> {
  const cluster = addresses.map((address, i) => `etcd-${i}=http://${address}:2380`).join();
  const starting = addresses.map((address, i) => {
    const args = [
      `--name=etcd-${i}`,
      `--data-dir=${join(folder, `etcd-${i}`)}`,
      `--listen-client-urls=http://${address}:2379`,
      `--advertise-client-urls=http://etcd-${i}.etcd.data:2379`,
      `--listen-peer-urls=http://${address}:2380`,
      `--initial-advertise-peer-urls=http://${address}:2380`,
      `--initial-cluster=${cluster}`,
      "--unsafe-no-fsync",
    ];
    return ready("etcd", findRecentEtcd(), args, "ready to serve client requests");
  });
  return Promise.all(starting);
}

async function ready(
  name: string,
  path: string,
  args: readonly string[],
  word: string,
): Promise<ChildProgram> {
  const program = await ChildProgram.start({ name, path, args });
  const isReady = () => Promise.resolve(program.output.includes(word) || undefined);
  await program.until("is ready", isReady, START_MS);
  return program;
}
