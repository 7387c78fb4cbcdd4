import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { isLoopback } from "../../../net/loopback.ts";
import { shortText } from "../../short-text.ts";
import type { ApiAccess, ApiCredentials } from "../access.ts";
import { AccessError } from "../access.ts";
import { chooseProxy, parseProxy } from "./proxy-choice.ts";
import type { RenewedTokens } from "./renewed-tokens.ts";
import type { KubeconfigAnswer, KubeconfigRequest } from "./kubeconfig-parts.ts";
import { splitServerUrl } from "./server-url.ts";

/** An exec plugin may ask a server far away, or the user in a browser. */
const TIMEOUT_MS = 60_000;

/** Beside this file, also in a bundle. */
const PROGRAM = join(import.meta.dirname, `kubeconfig-process${extname(import.meta.filename)}`);

export interface KubeconfigOptions {
  readonly path: string;
  /** The file's current context if undefined. */
  readonly context?: string | undefined;
  /** In which exec plugins run, and that a proxy is chosen by; this process's own by default. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** An API server and credentials for it as a kubeconfig has them. */
export class KubeconfigAccess implements ApiAccess {
  readonly #options: KubeconfigOptions;
  #context: string | undefined;
  #renewed: RenewedTokens | undefined;

  constructor(options: KubeconfigOptions) {
    this.#options = options;
    this.#context = options.context;
  }

  /** Names the context as soon as it is known. */
  get description(): string {
    const file = `kubeconfig "${this.#options.path}"`;
    return this.#context === undefined ? file : `${file}, context "${this.#context}"`;
  }

  async read(signal?: AbortSignal): Promise<ApiCredentials> {
    const { path, context, environment = process.env, timeoutMs = TIMEOUT_MS } = this.#options;
    const renewed = this.#renewed;
    const answer = await this.#ask(
      { file: path, ...(context ? { context } : {}), ...(renewed ? { renewed } : {}) },
      AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
    );
    this.#context = answer.context;
    this.#renewed = answer.renewed;
    const server = splitServerUrl(new URL(answer.server));
    const proxy = answer.proxy
      ? parseProxy(answer.proxy, this.description)
      : chooseProxy(server.url, environment);
    return {
      ...server,
      ...answer.credentials,
      ...(proxy ? { proxy } : {}),
      ...(isLoopback(server.url.hostname) ? {} : { isFar: true }),
    };
  }

  /** @throws {AccessError} */
  async #ask(request: KubeconfigRequest, signal: AbortSignal): Promise<KubeconfigAnswer> {
    const { environment, timeoutMs = TIMEOUT_MS } = this.#options;
    const plain = signal.aborted ? undefined : await withoutProcess(request);
    if (plain) return plain;
    const input = JSON.stringify(request);
    const output = await run(input, { signal, environment }).catch((error: unknown) => {
      const isLate = (signal.reason as Error | undefined)?.name === "TimeoutError";
      const stopped = isLate ? `no credentials within ${timeoutMs} ms` : "it was stopped";
      const reason = signal.aborted ? stopped : String(error);
      throw new AccessError(`Cannot use ${this.description}: ${reason}`, { cause: error });
    });
    const answer = parseAnswer(output.stdout);
    if (answer && "error" in answer) throw new AccessError(answer.error);
    if (answer) return answer;
    const reason = shortText(output.stderr, 500) || "its process ended without a word";
    throw new AccessError(`Cannot use ${this.description}: ${reason}`);
  }
}

/**
 * @returns undefined where it takes more than to read files
 * @throws {AccessError}
 */
async function withoutProcess(request: KubeconfigRequest): Promise<KubeconfigAnswer | undefined> {
  // Who reaches the API server by another way needs none of it.
  const { resolvePlainly } = await import("./plain-kubeconfig.ts");
  try {
    return await resolvePlainly(request);
  } catch (error) {
    if (error instanceof AccessError) throw error;
    return undefined;
  }
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws the signal's reason if that comes first: the process then is killed, with its plugins */
async function run(
  input: string,
  options: { readonly signal: AbortSignal; readonly environment: NodeJS.ProcessEnv | undefined },
): Promise<Output> {
  const { signal, environment } = options;
  signal.throwIfAborted();
  // Leads a group of its own, which plugins are in, too.
  const child = spawn(process.execPath, [PROGRAM], {
    detached: true,
    ...(environment ? { env: environment } : {}),
  });
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  child.on("error", reject);
  // If it ends before it has read, it says why on standard error.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  Promise.all([text(child.stdout), text(child.stderr)]).then(
    ([stdout, stderr]) => resolve({ stdout, stderr }),
    reject,
  );
  const onAbort = (): void => {
    killGroup(child);
    // A plugin that has left the group may hold their other ends for ever.
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort);
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

function killGroup(child: ChildProcess): void {
  // It has not begun; a group of number 0 would be our own.
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // There are no groups on Windows; elsewhere it has just ended.
    child.kill("SIGKILL");
  }
}

function parseAnswer(output: string): KubeconfigAnswer | { readonly error: string } | undefined {
  try {
    return JSON.parse(output) as KubeconfigAnswer | { error: string };
  } catch {
    return undefined;
  }
}
