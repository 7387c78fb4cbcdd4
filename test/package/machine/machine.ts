import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "../../bench/find-program.ts";
import { ChildProgram } from "../../cluster/child-program.ts";

export interface Finished {
  readonly code: number;
  /** Both streams, without the last line's end. */
  readonly output: string;
}

const BOOT = join(import.meta.dirname, "boot.sh");
/** For what hangs: the machine under it may have much else to do. */
const HANGS_MS = 120_000;
const POLL_MS = 50;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A file tree that systemd runs in as process 1, with network, processes and control groups of its own. */
export class Machine {
  readonly root: string;
  readonly #group: string;
  #program: ChildProgram;

  private constructor(root: string, group: string, program: ChildProgram) {
    this.root = root;
    this.#group = group;
    this.#program = program;
  }

  /** @returns when all that is to start has been started */
  static async boot(root: string): Promise<Machine> {
    const group = join(controlGroups() ?? "", `portolan-${process.pid}-${process.hrtime.bigint()}`);
    const machine = new Machine(root, group, await start(root, group));
    await machine.#booted();
    return machine;
  }

  /** Runs a shell's line as root, or as a user who is logged in. */
  run(script: string, user?: string): Promise<Finished> {
    const env = ["env", "-i", `PATH=${PATH}`, "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive"];
    const as =
      user === undefined
        ? ["HOME=/root", "sh", "-c", script]
        : [
            `HOME=/home/${user}`,
            "setpriv",
            "--reuid",
            user,
            "--regid",
            user,
            "--init-groups",
          ].concat(["sh", "-c", `export XDG_RUNTIME_DIR=/run/user/$(id -u); cd; ${script}`]);
    const args = ["--target", String(this.#init()), "--all", ...env, ...as];
    return new Promise((resolve) => {
      execFile("nsenter", args, { timeout: HANGS_MS }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, output: (stdout + stderr).trimEnd() });
      });
    });
  }

  /** @returns what was printed @throws {Error} if it fails */
  async say(script: string, user?: string): Promise<string> {
    const { code, output } = await this.run(script, user);
    if (code === 0) return output;
    throw new Error(`Cannot run "${script}": exit code ${code}\n${output}`);
  }

  /** Runs it again and again until it is well. @throws {Error} with its last words */
  async until(script: string, user?: string): Promise<string> {
    const deadline = performance.now() + HANGS_MS;
    for (;;) {
      const { code, output } = await this.run(script, user);
      if (code === 0) return output;
      if (performance.now() > deadline) throw new Error(`Cannot wait for "${script}": ${output}`);
      await sleep(POLL_MS);
    }
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.root + path), { recursive: true });
    writeFileSync(this.root + path, text);
  }

  read(path: string): string {
    return readFileSync(this.root + path, "utf8");
  }

  /** As a user does, or by its plug. */
  async reboot(how: "orderly" | "by its plug"): Promise<void> {
    if (how === "orderly") void this.run("systemctl reboot");
    else process.kill(this.#init(), "SIGKILL");
    await this.#program.ended();
    this.#program = await start(this.root, this.#group);
    await this.#booted();
  }

  async stop(): Promise<void> {
    // Process 1 is gone when all others of it are, and then is unshare.
    const init = this.#init();
    if (init > 0) process.kill(init, "SIGKILL");
    else await this.#program.stop("SIGKILL");
    await this.#program.ended();
    removeGroups(this.#group);
  }

  async #booted(): Promise<void> {
    await this.#program.until(
      "has started systemd",
      async () => {
        return readOr(`/proc/${this.#init()}/comm`).trim() === "systemd" || undefined;
      },
      HANGS_MS,
    );
    // "running" or "degraded" in the end: what fails is for the tests to see.
    await this.until("systemctl is-system-running --wait | grep -E 'running|degraded'");
  }

  /** Process 1 of it, as this machine counts. */
  #init(): number {
    const { pid } = this.#program;
    return Number(readOr(`/proc/${pid}/task/${pid}/children`).split(" ")[0]);
  }
}

/** What `boot.sh` and a network need of the kernel and of our rights. */
const PROBE = `
echo $$ >"$1/cgroup.procs"
exec unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child sh -eu -c '
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /mnt
mkdir /mnt/groups /mnt/sys /mnt/pts
mount -t cgroup2 cgroup2 /mnt/groups
mkdir /mnt/groups/inner
mount -t sysfs -o ro sysfs /mnt/sys
mount -t devpts -o newinstance devpts /mnt/pts
ip link add eth9 type veth peer name peer9
'`;

/** What is missing for machines, in words; undefined if nothing is. */
export function whyNoMachines(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can";
  const missing = ["mmdebstrap", "nsenter", "unshare", "ip"].find((name) => !findProgram(name));
  if (missing !== undefined) return `${missing} is not installed`;
  const groups = controlGroups();
  if (groups === undefined) return "there are no control groups of version 2";
  const group = join(groups, `portolan-probe-${process.pid}`);
  try {
    mkdirSync(group);
  } catch (error) {
    return (error as Error).message;
  }
  try {
    execFileSync("sh", ["-eu", "-c", PROBE, "sh", group], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    removeGroups(group);
  }
}

function start(root: string, group: string): Promise<ChildProgram> {
  return ChildProgram.start({ name: "boot.sh", path: "sh", args: [BOOT, root, group] });
}

/** Beside those of version 1, or alone. */
function controlGroups(): string | undefined {
  const folders = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
  return folders.find((folder) => existsSync(join(folder, "cgroup.controllers")));
}

/** Those that a machine has left; not folders of files, though they look so. */
function removeGroups(group: string): void {
  execFileSync("find", [group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
