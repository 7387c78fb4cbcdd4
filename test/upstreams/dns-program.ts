import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../bench/free-port.ts";
import { findProgram, goBinaryFolders } from "../bench/find-program.ts";
import { ROOT } from "../run-portolan.ts";

/** Where a program is to listen, and whom it is to ask. */
interface Site {
  readonly folder: string;
  readonly port: number;
  /** 0 for none. */
  readonly tlsPort: number;
  readonly originPort: number;
}

/** A DNS server that others run, as forwarder, with the limits that it has by itself. */
export interface Program {
  readonly name: string;
  readonly hasTls: boolean;
  /** By Debian: CI insists on it. */
  readonly isPackaged: boolean;
  /** Undefined where it is not installed. */
  readonly path: string | undefined;
  readonly configure: (site: Site) => { readonly file: string; readonly args: readonly string[] };
}

const testdata = join(ROOT, "src/upstream/testdata");

export const programs: readonly Program[] = [
  {
    name: "CoreDNS",
    hasTls: true,
    isPackaged: false,
    path: findProgram("coredns", goBinaryFolders()),
    configure: ({ port, tlsPort, originPort }) => ({
      file: `.:${port} {
  bind 127.0.0.1
  forward . 127.0.0.1:${originPort} {
    max_fails 0
  }
}
tls://.:${tlsPort} {
  bind 127.0.0.1
  tls ${join(testdata, "server.pem")} ${join(testdata, "server.key")}
  forward . 127.0.0.1:${originPort} {
    max_fails 0
  }
}
`,
      args: ["-conf", "FILE"],
    }),
  },
  {
    name: "dnsmasq",
    hasTls: false,
    isPackaged: true,
    path: findProgram("dnsmasq"),
    configure: ({ port, originPort }) => ({
      file: `port=${port}
listen-address=127.0.0.1
bind-interfaces
user=${userInfo().username}
pid-file=
log-facility=-
no-resolv
no-hosts
cache-size=0
server=127.0.0.1#${originPort}
`,
      args: ["--keep-in-foreground", "--conf-file=FILE"],
    }),
  },
  {
    name: "Unbound",
    hasTls: true,
    isPackaged: true,
    path: findProgram("unbound"),
    configure: ({ folder, port, tlsPort, originPort }) => ({
      file: `server:
  interface: 127.0.0.1@${port}
  interface: 127.0.0.1@${tlsPort}
  tls-port: ${tlsPort}
  tls-service-pem: "${join(testdata, "server.pem")}"
  tls-service-key: "${join(testdata, "server.key")}"
  port: ${port}
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  logfile: ""
  use-syslog: no
  do-daemonize: no
  module-config: "iterator"
  do-not-query-localhost: no
  # It is patient: whether a machine is busy is not what is looked at.
  unknown-server-time-limit: 3000
  infra-cache-min-rtt: 3000
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${originPort}
remote-control:
  control-enable: no
`,
      args: ["-d", "-c", "FILE"],
    }),
  },
];

/** A program that runs. */
export interface Running {
  readonly port: number;
  readonly tlsPort: number;
  readonly stop: () => Promise<void>;
}

/** Starts a program that asks the server on `originPort`, and waits until it takes connections. */
export async function startProgram(program: Program, originPort: number): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-upstream-"));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const { file, args } = program.configure({ folder, port, tlsPort, originPort });
  const path = join(folder, "configuration");
  writeFileSync(path, file);
  const child = spawn(
    program.path as string,
    args.map((arg) => arg.replace("FILE", path)),
    // dnsmasq has a process for each connection: they are to end with it.
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const log = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (log.text += chunk.toString()));
  }
  const ports = program.hasTls ? [port, tlsPort] : [port];
  for (const each of ports) {
    while (!(await isListening(each))) {
      if (child.exitCode !== null) throw new Error(`${program.name} ended: ${log.text}`);
      await sleep(20);
    }
  }
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true });
  };
  return { port, tlsPort, stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  process.kill(-(child.pid as number), "SIGKILL");
  await ended;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve(false));
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
