import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestClient } from "../recorded/client.ts";
import { parseQuestion } from "../recorded/question.ts";
import type { RecordedAnswer } from "../recorded/recorded-answer.ts";
import { describeAnswer } from "../recorded/recorded-answer.ts";
import { ChildProgram } from "./child-program.ts";
import { guardFolder } from "./guard.ts";
import type { Values } from "./served-corefile.ts";
import { ServedCorefile } from "./served-corefile.ts";

export interface ServeOptions {
  /** With placeholders, see `ServedCorefile`. */
  readonly corefile: string;
  readonly values?: Values;
  /** What to wait for: `/ready` says so, anything is answered, or nothing at all. The default is `ready`. */
  readonly wait?: "ready" | "answering" | "nothing";
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a server is started; `-conf` and its Corefile come behind the arguments. */
export interface ServerProgram {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
}

const TIMEOUT_MS = 30_000;

/** A DNS server in a process of its own, started as its users do, on the loopback. */
export class DnsServer {
  /** Its log is `program.output`; memory and CPU time are asked of it too. */
  readonly program: ChildProgram;
  readonly client: TestClient;
  readonly #corefile: ServedCorefile;
  readonly #folder: string;
  readonly #releaseFolder: () => void;

  static async start(server: ServerProgram, options: ServeOptions): Promise<DnsServer> {
    const corefile = await ServedCorefile.for(options.corefile, options.values ?? {});
    const folder = mkdtempSync(join(tmpdir(), `portolan-${server.name}-`));
    const releaseFolder = guardFolder(folder);
    const path = writeCorefile(folder, corefile.fill(options.corefile));
    const program = await ChildProgram.start({
      name: server.name,
      path: server.path,
      args: [...server.args, "-conf", path],
      folder,
      environment: options.environment ?? {},
    });
    const client = await TestClient.connect(corefile.port("PORT"));
    const started = new DnsServer(program, client, corefile, {
      path: folder,
      release: releaseFolder,
    });
    try {
      await started.#wait(options);
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  private constructor(
    program: ChildProgram,
    client: TestClient,
    corefile: ServedCorefile,
    folder: { readonly path: string; readonly release: () => void },
  ) {
    this.program = program;
    this.client = client;
    this.#corefile = corefile;
    this.#folder = folder.path;
    this.#releaseFolder = folder.release;
  }

  /** Where DNS is served. */
  get port(): number {
    return this.portOf("PORT");
  }

  /** @param name a placeholder's: `METRICS_PORT` */
  portOf(name: string): number {
    return this.#corefile.port(name);
  }

  /** @param question `web.shop.svc.cluster.local SRV +tcp +edns`, see `parseQuestion` */
  async ask(question: string): Promise<RecordedAnswer> {
    return describeAnswer(await this.client.ask(parseQuestion(question)), "all");
  }

  /** What `/ready` says; status 0 if nobody answers. */
  async ready(): Promise<{ readonly status: number; readonly body: string }> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.portOf("READY_PORT")}/ready`);
      return { status: response.status, body: await response.text() };
    } catch {
      return { status: 0, body: "" };
    }
  }

  async untilReady(timeoutMs: number = TIMEOUT_MS): Promise<void> {
    const isReady = async () => (await this.ready()).status === 200 || undefined;
    await this.program.until("is ready", isReady, timeoutMs);
  }

  /** Something is answered, whatever it is: all sockets are open. */
  async untilAnswering(timeoutMs: number = TIMEOUT_MS): Promise<void> {
    // Over TCP one hears at once that nobody listens.
    const answer = () => this.ask(". NS +tcp").catch(() => undefined);
    await this.program.until("answers", answer, timeoutMs);
  }

  /** Another Corefile on the same ports, and the signal to read it. Does not wait. */
  reload(corefile: string): void {
    writeCorefile(this.#folder, this.#corefile.fill(corefile));
    this.program.signal("SIGUSR1");
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.client.close();
    await this.program.stop(signal);
    rmSync(this.#folder, { recursive: true, force: true });
    this.#releaseFolder();
  }

  async #wait({ wait = "ready", timeoutMs = TIMEOUT_MS }: ServeOptions): Promise<void> {
    if (wait === "ready") await this.untilReady(timeoutMs);
    if (wait === "answering") await this.untilAnswering(timeoutMs);
  }
}

/** In one step: the server may be reading it. */
function writeCorefile(folder: string, text: string): string {
  const path = join(folder, "Corefile");
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  return path;
}
