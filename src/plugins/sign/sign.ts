import type { Name } from "../../dns/name.ts";
import { guard } from "../../observe/faults.ts";
import { configPath } from "../../server/config-path.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import type { SignEntry } from "./parse.ts";
import { signedPath } from "./signed-file.ts";
import { ZoneKeyring } from "./zone-keyring.ts";
import { ZoneSigner } from "./zone-signer.ts";

/** CoreDNS looks every five hours, but only for signatures that will expire. */
const LOOK_EVERY_MS = 60_000;

interface SignedEntry {
  readonly keyring: ZoneKeyring;
  readonly signers: readonly { readonly origin: Name; readonly signer: ZoneSigner }[];
}

/** Signs the files of zones, for *file* and *auto* to serve. */
export class Sign implements Instance {
  readonly #context: PluginContext;
  readonly #entries: readonly SignedEntry[];
  readonly #ending = new AbortController();
  readonly #seen = new Set<string>();
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #trouble = "";

  constructor(entries: readonly SignEntry[], context: PluginContext) {
    this.#context = context;
    this.#entries = entries.map((entry) => this.#entry(entry));
  }

  /** Reads the keys; what they sign is looked at later, as it may come later. */
  async check(): Promise<void> {
    for (const { keyring } of this.#entries) await keyring.read();
  }

  async start(): Promise<void> {
    await this.check();
    this.#lookAgain();
  }

  /** Resolves when nothing is written any more. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ending.abort();
    await this.#looking.catch(() => {});
  }

  /** Signs what there is a reason for, once what is under way is done. */
  look(): Promise<void> {
    const look = (): Promise<void> => this.#look();
    this.#looking = this.#looking.then(look, look);
    return this.#looking;
  }

  readonly #lookAgain = guard("sign zones", async () => {
    try {
      await this.look();
    } finally {
      if (!this.#ending.signal.aborted)
        this.#timer = setTimeout(this.#lookAgain, LOOK_EVERY_MS).unref();
    }
  });

  /** One after the other: to sign is work for all of the machine. */
  async #look(): Promise<void> {
    for (const { keyring, signers } of this.#entries) {
      await keyring.read().catch((error: unknown) => this.#tell(error));
      for (const { origin, signer } of signers) {
        if (this.#ending.signal.aborted) return;
        await signer.look(keyring.keysOf(origin));
      }
    }
  }

  #entry(entry: SignEntry): SignedEntry {
    const { directive, path } = entry;
    const { settings, log, zones } = this.#context;
    const origins = entry.zones ?? zones;
    const directory = configPath(entry.directory, settings, directive);
    const source = configPath(path, settings, directive);
    const signers = origins.map((origin) => {
      if (this.#seen.has(origin.key))
        throw directive.error(`zone "${origin.toString()}" is signed already`);
      this.#seen.add(origin.key);
      const zone = { origin, source, signed: signedPath(directory, origin) };
      return { origin, signer: new ZoneSigner(zone, log, this.#ending.signal) };
    });
    return { keyring: new ZoneKeyring(entry, origins, settings), signers };
  }

  #tell(error: unknown): void {
    const message = `Cannot read keys, the last ones stay: ${(error as Error).message}`;
    if (message === this.#trouble) return;
    this.#trouble = message;
    this.#context.log.error(message);
  }
}
