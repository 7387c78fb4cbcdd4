import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChildProgram } from "../../cluster/child-program.ts";
import { CLOUD_ADDRESS, ip, laptopAddress, plug } from "../../cluster/laptop.ts";
import { compile } from "../compile.ts";
import { findProgram } from "../find-program.ts";

export interface Line {
  /** There and back. */
  readonly roundTripMs: number;
  /** Millions of bits a second, each way. */
  readonly megabits: number;
}

/** A network namespace of its own, at the other end of a long line. */
export class FarLaptop {
  readonly #link: ChildProgram;

  /** @throws {Error} without a C compiler, or rights to make namespaces and devices */
  static async connect({ roundTripMs, megabits }: Line): Promise<FarLaptop> {
    const folder = mkdtempSync(join(tmpdir(), "portolan-laptop-"));
    const path = compile(findProgram("cc") ?? "cc", "link", folder);
    const args = [`${roundTripMs / 2}`, `${megabits}`];
    const link = await ChildProgram.start({ name: "link", path, args });
    const isReady = () => Promise.resolve(link.output.includes("ready") || undefined);
    await link.until("is ready", isReady, 5_000);
    rmSync(folder, { recursive: true });
    const laptop = new FarLaptop(link);
    const address = laptopAddress();
    plug([], "cloud", CLOUD_ADDRESS, address);
    ip("link set lo up", laptop.#enter);
    plug(laptop.#enter, "laptop", address, CLOUD_ADDRESS);
    return laptop;
  }

  private constructor(link: ChildProgram) {
    this.#link = link;
  }

  /** Octets that have come and gone, of IP packets. */
  octets(): number {
    const devices = readFileSync(`/proc/${this.#link.pid}/net/dev`, "utf8");
    const fields = /laptop: *(.*)/.exec(devices)?.[1]?.split(/ +/).map(Number) ?? [];
    return (fields[0] ?? 0) + (fields[8] ?? 0);
  }

  /** Starts a program there. */
  start(path: string, args: readonly string[], kubeconfig: string): Promise<ChildProgram> {
    const [enter = "", ...rest] = this.#enter;
    return ChildProgram.start({
      name: path,
      path: enter,
      args: [...rest, path, ...args],
      environment: { KUBECONFIG: kubeconfig },
    });
  }

  async stop(): Promise<void> {
    await this.#link.stop("SIGKILL");
  }

  get #enter(): readonly string[] {
    return ["nsenter", `--net=/proc/${this.#link.pid}/ns/net`];
  }
}
