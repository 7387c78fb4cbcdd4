import { ChildProgram } from "./child-program.ts";

export interface EtcdOptions {
  readonly path: string;
  readonly dataFolder: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

const TIMEOUT_MS = 20_000;

/** Starts etcd on the loopback, alone, and waits until it is healthy. */
export async function startEtcd(options: EtcdOptions): Promise<ChildProgram> {
  const client = `http://127.0.0.1:${options.clientPort}`;
  const peer = `http://127.0.0.1:${options.peerPort}`;
  const args = [
    `--data-dir=${options.dataFolder}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // A crash of the machine is no test here, and a disk would be the slowest part.
    "--unsafe-no-fsync",
  ];
  const etcd = await ChildProgram.start({ name: "etcd", path: options.path, args });
  const isHealthy = () => fetch(`${client}/health`).then(({ ok }) => ok || undefined, nothing);
  await etcd.until("is healthy", isHealthy, TIMEOUT_MS);
  return etcd;
}

function nothing(): undefined {
  return undefined;
}
