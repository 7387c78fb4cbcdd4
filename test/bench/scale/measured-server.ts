import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CLIENT_CERTIFICATE } from "../../cluster/api-server.ts";
import { ChildProgram } from "../../cluster/child-program.ts";
import type { ControlPlane } from "../../cluster/control-plane.ts";
import { guardFolder } from "../../cluster/guard.ts";
import { ServedCorefile } from "../../cluster/served-corefile.ts";
import { Asker } from "./asker.ts";
import type { Contestant } from "./contestants.ts";
import { corefile } from "./contestants.ts";
import type { Expectation } from "./objects.ts";
import type { ProcessMemory } from "./process-memory.ts";
import { readMemory } from "./process-memory.ts";

export interface Scene {
  readonly plane: ControlPlane;
  readonly pods: number;
  /** Asked to see that everything has been read. */
  readonly expected: readonly Expectation[];
}

/** How long a start took, and what it cost until the last of both. */
export interface StartFigures {
  readonly readyMs: number;
  readonly rightMs: number;
  readonly cpuMs: number;
  readonly memory: ProcessMemory;
}

const PAUSE_MS = 5;
const TIMEOUT_MS = 120_000;

/** A server of which the start is watched from the first moment on. */
export class MeasuredServer {
  readonly program: ChildProgram;
  readonly asker: Asker;
  readonly #corefile: ServedCorefile;
  readonly #startedMs: number;
  readonly #release: () => void;

  /** @param api in place of the API server's URL: that of a proxy in front of it */
  static async start(
    contestant: Contestant,
    { plane, pods }: Scene,
    api: string = plane.url,
  ): Promise<MeasuredServer> {
    const text = corefile(pods);
    const { certificate, key } = CLIENT_CERTIFICATE;
    const values = { API: api, CERTIFICATE: certificate, KEY: key, CA: plane.caFile };
    const served = await ServedCorefile.for(text, values);
    const asker = await Asker.connect(served.port("PORT"));
    const folder = mkdtempSync(join(tmpdir(), "portolan-scale-"));
    const releaseFolder = guardFolder(folder);
    const path = join(folder, "Corefile");
    writeFileSync(path, served.fill(text));
    const startedMs = performance.now();
    const program = await ChildProgram.start({
      name: contestant.name,
      path: contestant.path,
      args: [...contestant.args, "-conf", path],
      folder,
    });
    const release = () => {
      rmSync(folder, { recursive: true, force: true });
      releaseFolder();
    };
    return new MeasuredServer(program, asker, served, { startedMs, release });
  }

  private constructor(
    program: ChildProgram,
    asker: Asker,
    served: ServedCorefile,
    { startedMs, release }: { readonly startedMs: number; readonly release: () => void },
  ) {
    this.program = program;
    this.asker = asker;
    this.#corefile = served;
    this.#startedMs = startedMs;
    this.#release = release;
  }

  /**
   * Waits until it is ready, and answers rightly: both are asked every few milliseconds.
   * @throws {Error} with its last words if it ends, or is not within two minutes
   */
  async untilStarted({ expected }: Pick<Scene, "expected">): Promise<StartFigures> {
    const [readyMs, rightMs] = await Promise.all([this.#untilReady(), this.#untilRight(expected)]);
    const cpuMs = this.program.cpuSeconds() * 1_000;
    return { readyMs, rightMs, cpuMs, memory: this.memory() };
  }

  memory(): ProcessMemory {
    return readMemory(this.program.pid);
  }

  /** Requests to the API server that it has counted itself. */
  async apiRequests(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#corefile.port("METRICS_PORT")}/metrics`);
    const text = await response.text();
    const lines = text.matchAll(/^coredns_kubernetes_rest_client_requests_total\{.*\} (\S+)$/gm);
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async stop(): Promise<void> {
    this.asker.close();
    await this.program.stop("SIGKILL");
    this.#release();
  }

  async #untilReady(): Promise<number> {
    const url = `http://127.0.0.1:${this.#corefile.port("READY_PORT")}/ready`;
    while ((await statusOf(url)) !== 200) {
      this.#checkAlive();
      await sleep(PAUSE_MS);
    }
    return performance.now() - this.#startedMs;
  }

  async #untilRight(expected: readonly Expectation[]): Promise<number> {
    for (const expectation of expected) {
      await this.asker.untilRight(expectation, PAUSE_MS, TIMEOUT_MS);
    }
    return performance.now() - this.#startedMs;
  }

  #checkAlive(): void {
    const isLate = performance.now() - this.#startedMs > TIMEOUT_MS;
    if (this.program.isRunning && !isLate) return;
    const state = isLate ? `not within ${TIMEOUT_MS} ms` : "it ended";
    throw new Error(`Cannot measure "${this.program.name}": ${state}\n${this.program.lastWords()}`);
  }
}

/** 0 if nobody answers. */
function statusOf(url: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  get(url, { agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  }).on("error", () => resolve(0));
  return promise;
}
