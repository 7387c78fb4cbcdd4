import { execFile, execFileSync, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:net";
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";
import { promisify } from "node:util";
import { ChildProgram } from "./child-program.ts";

/** Where laptops reach the API server: an address that its certificate is for, and that is nobody's else. */
export const CLOUD_ADDRESS = "192.0.2.250";
const START_MS = 10_000;

const run = promisify(execFile);

/** Only root may give programs other files and another network than the system has, and not everywhere. */
export function canHaveLaptops(): boolean {
  const device = "ip link add probe-a type veth peer name probe-b";
  return spawnSync("unshare", ["-n", "-m", "sh", "-c", device]).status === 0;
}

/**
 * A machine as far as its network and its files in /etc and /var/lib are concerned: they are copies, and it has a line to
 * this one. All of that ends with it. It takes root.
 */
export class Laptop {
  readonly #holder: ChildProgram;
  readonly #device: string;

  /** @param folder for the copy of /etc */
  static async start(folder: string): Promise<Laptop> {
    const script = [
      `cp -a /etc "${folder}/laptop-etc" && mount --bind "${folder}/laptop-etc" /etc`,
      "mount -t tmpfs none /var/lib",
      "ip link set lo up && echo ready && exec sleep infinity",
    ].join(" && ");
    const args = ["-n", "-m", "sh", "-c", script];
    const holder = await ChildProgram.start({ name: "laptop", path: "unshare", args });
    const isReady = () => Promise.resolve(holder.output.includes("ready") || undefined);
    await holder.until("is ready", isReady, START_MS);
    const device = `laptop-${holder.pid}`;
    const laptop = new Laptop(holder, device);
    const address = laptopAddress();
    ip(`link add ${device} type veth peer name cloud netns ${holder.pid}`);
    plug([], device, CLOUD_ADDRESS, address);
    plug(laptop.enter, "cloud", address, CLOUD_ADDRESS);
    return laptop;
  }

  private constructor(holder: ChildProgram, device: string) {
    this.#holder = holder;
    this.#device = device;
  }

  /** A command behind it runs there. */
  get enter(): readonly string[] {
    return ["nsenter", "--target", `${this.#holder.pid}`, "--net", "--mount"];
  }

  /**
   * What a command says that is typed there.
   * @throws {Error} with what it has to say if it fails
   */
  async run(file: string, ...args: readonly string[]): Promise<string> {
    const [enter = "", ...rest] = this.enter;
    const { stdout } = await run(enter, [...rest, file, ...args], { timeout: 30_000 });
    return stdout.trim();
  }

  /** A program there that goes on until it is stopped. */
  start(file: string, ...args: readonly string[]): Promise<ChildProgram> {
    const [path = "", ...rest] = this.enter;
    return ChildProgram.start({ name: file, path, args: [...rest, file, ...args] });
  }

  async stop(): Promise<void> {
    // With its namespace it would go, too, but some time later.
    ip(`link del ${this.#device}`);
    await this.#holder.stop("SIGKILL");
  }
}

/** Of those that are for tests of networks (RFC 2544): another one each time, for two may be there for a moment. */
export function laptopAddress(): string {
  return `198.${randomInt(18, 20)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** Gives a device its address and that of the other end. */
export function plug(by: readonly string[], device: string, own: string, peer: string): void {
  ip(`addr add ${own} peer ${peer} dev ${device}`, by);
  ip(`link set ${device} up`, by);
}

export function ip(command: string, by: readonly string[] = []): void {
  const [file = "", ...args] = [...by, "ip", ...command.split(" ")];
  execFileSync(file, args);
}

/** As in front of most API servers: leads connections of laptops to the loopback. */
export async function balance(port: number): Promise<Server> {
  const server = createServer((socket) => {
    const behind = connect(port, "127.0.0.1");
    // Either may end first, as those do that are killed.
    pipeline(socket, behind, socket, () => {});
  });
  await once(server.listen(port, CLOUD_ADDRESS), "listening");
  return server;
}
