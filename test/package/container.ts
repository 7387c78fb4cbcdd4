import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram } from "../bench/find-program.ts";
import { ChildProgram } from "../cluster/child-program.ts";
import type { ImageConfig } from "./made-image.ts";

export interface ContainerOptions {
  /** A folder of its own for what runc wants to know. */
  readonly folder: string;
  /** The unpacked image. */
  readonly root: string;
  readonly image: ImageConfig;
  /** What volumes bring: text by path, such as `/etc/coredns/Corefile`. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** In place of the image's entry point. */
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** `resources.limits.memory` in octets; where no group can be made, nothing keeps the program to it. */
  readonly memoryLimit?: number;
}

/** A container as kubelet has containerd start it with the pod spec of kubeadm; the network is this machine's. */
export class Container {
  readonly program: ChildProgram;
  readonly #name: string;

  private constructor(program: ChildProgram, name: string) {
    this.program = program;
    this.#name = name;
  }

  static async start(options: ContainerOptions): Promise<Container> {
    const { folder, files } = options;
    mkdirSync(folder);
    for (const [path, text] of Object.entries(files)) {
      const place = join(folder, "files", path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    }
    writeFileSync(join(folder, "config.json"), JSON.stringify(specification(options)));
    const name = `portolan-${process.pid}-${process.hrtime.bigint()}`;
    const args = ["run", "--bundle", folder, name];
    const path = findProgram("runc") ?? "runc";
    return new Container(await ChildProgram.start({ name: "runc", path, args }), name);
  }

  get output(): string {
    return this.program.output;
  }

  /** Of the program in the container; undefined until runc has started it. */
  get pid(): number | undefined {
    try {
      const state = execFileSync(findProgram("runc") ?? "runc", ["state", this.#name], {
        encoding: "utf8",
        stdio: "pipe",
      });
      return (JSON.parse(state) as { pid: number }).pid || undefined;
    } catch {
      return undefined;
    }
  }

  /** A field of /proc/PID/status. */
  status(field: string): string {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return new RegExp(`^${field}:\\s+(.*)$`, "m").exec(status)?.[1] ?? "";
  }

  /** To the program itself, not to runc. */
  signal(name: NodeJS.Signals): void {
    if (this.pid !== undefined) process.kill(this.pid, name);
  }

  async until(what: string, look: () => Promise<true | undefined>): Promise<void> {
    await this.program.until(what, look, 60_000);
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }
}

/** Whether the machine lets us keep a program to a limit of memory. */
export function canLimitMemory(): boolean {
  try {
    const groups = readFileSync("/proc/mounts", "utf8").split("\n");
    const has = (text: string): boolean => groups.some((line) => line.includes(text));
    const folder = has("/sys/fs/cgroup/memory ") ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
    accessSync(folder, constants.W_OK);
    return groups.some((line) => line.includes(` ${folder} `) && !/ ro[, ]/.test(line));
  } catch {
    return false;
  }
}

const NET_BIND_SERVICE = ["CAP_NET_BIND_SERVICE"];

function specification(options: ContainerOptions) {
  const { root, image, args, command, environment = {}, memoryLimit } = options;
  const { User, Env, Entrypoint, WorkingDir } = image.config;
  const [uid, gid] = User.split(":").map(Number);
  return {
    ociVersion: "1.0.2",
    process: {
      user: { uid, gid },
      args: [...(command ?? Entrypoint), ...args],
      env: [...Env, ...Object.entries(environment).map(([key, value]) => `${key}=${value}`)],
      cwd: WorkingDir,
      // drop: [ALL], add: [NET_BIND_SERVICE], allowPrivilegeEscalation: false
      capabilities: {
        bounding: NET_BIND_SERVICE,
        effective: NET_BIND_SERVICE,
        permitted: NET_BIND_SERVICE,
      },
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [...systemMounts(), ...volumes(options)],
    linux: {
      namespaces: ["pid", "mount", "ipc", "uts"].map((type) => ({ type })),
      ...(memoryLimit !== undefined && canLimitMemory()
        ? { resources: { memory: { limit: memoryLimit } } }
        : {}),
    },
  };
}

function systemMounts() {
  return [
    { destination: "/proc", type: "proc", source: "proc" },
    { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
  ];
}

function volumes({ folder, files }: ContainerOptions) {
  return Object.keys(files).map((path) => ({
    destination: path,
    type: "bind",
    source: join(folder, "files", path),
    options: ["bind", "ro"],
  }));
}
