import { readFile } from "node:fs/promises";
import { reasonOf } from "../../corefile/corefile-error.ts";
import { tokenError } from "../../corefile/directive.ts";
import { extendedErrorOption } from "../../dns/edns.ts";
import type { EdnsOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { openRequest } from "../../dns/tsig/open-request.ts";
import { formatTsigError } from "../../dns/tsig/tsig-conversation.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import { configPath } from "../../server/config-path.ts";
import type { Offer } from "../../server/contract/capability.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import type { TsigKeys } from "../../server/contract/tsig-keys.ts";
import { tsigKeys } from "../../server/contract/tsig-keys.ts";
import { readKeyFile } from "./key-file.ts";
import type { Required, TsigOptions } from "./parse.ts";

const PROHIBITED: readonly EdnsOption[] = [
  extendedErrorOption(ExtendedErrorCode.PROHIBITED, "not signed"),
];

/** Verifies signed queries, signs their replies, and refuses queries that are to be signed and are not. */
export class Tsig implements Instance {
  /** Replies to signed queries are never repeated; a refusal is for all others. */
  readonly passable = true;
  readonly metadata: MetadataTable = { "tsig/key": (query) => query.signedBy?.toString() ?? "" };
  readonly offers: readonly Offer[];
  readonly #zones: readonly Name[];
  readonly #options: TsigOptions;
  readonly #context: PluginContext;
  readonly #keys: Map<string, TsigKey>;
  readonly #nowSeconds: () => number;
  #others: readonly TsigKeys[] | undefined;

  /** @param nowSeconds the time, in seconds since 1970 */
  constructor(
    options: TsigOptions,
    context: PluginContext,
    nowSeconds: () => number = (): number => Math.floor(Date.now() / 1_000),
  ) {
    this.#options = options;
    this.#context = context;
    this.#zones = options.zones ?? context.zones;
    this.#keys = new Map(options.keys);
    this.#nowSeconds = nowSeconds;
    this.offers = [tsigKeys.offer({ find: (name) => this.#keys.get(name.key) })];
  }

  async check(): Promise<void> {
    await this.#readFiles();
  }

  async start(): Promise<void> {
    for (const key of await this.#readFiles()) this.#keys.set(key.name.key, key);
  }

  open(query: Query, packet: Buffer): number {
    if (query.tsigAt === 0 || !this.#isMine(query)) return Rcode.NOERROR;
    const find = (name: Name): TsigKey | undefined => this.#find(name);
    const opened = openRequest(packet, query.tsigAt, find, this.#nowSeconds());
    const { rcode, error, octets, keyName, key } = opened;
    query.signedBy = key?.name;
    if (rcode === Rcode.FORMERR) return rcode;
    query.seal = { octets, apply: (reply) => opened.seal(reply, this.#nowSeconds()) };
    if (rcode !== Rcode.NOERROR) {
      const { address } = query.client;
      const about = `query of type ${formatRrType(query.qtype)} from ${address}`;
      this.#context.log.debug(
        `Refusing ${about}, key "${keyName?.toString() ?? ""}": ${formatTsigError(error)}`,
      );
    }
    return rcode;
  }

  serve(query: Query, next: Next): Result {
    if (query.signedBy || !this.#isRequired(query) || !this.#isMine(query)) return next(query);
    query.trace?.note("it is to be signed (TSIG), and is not");
    const reply = new Reply(Rcode.REFUSED);
    reply.options = PROHIBITED;
    return reply;
  }

  #isMine({ qname }: Query): boolean {
    return qname.isWithinAny(this.#zones);
  }

  #isRequired({ qtype, opcode }: Query): boolean {
    const { types, opcodes } = this.#options;
    return isIn(types, qtype) || isIn(opcodes, opcode);
  }

  /** As in CoreDNS, the keys of other server blocks are good here, too. */
  #find(name: Name): TsigKey | undefined {
    const own = this.#keys.get(name.key);
    if (own) return own;
    this.#others ??= this.#context.host
      .instances()
      .flatMap(({ instance }) => tsigKeys.among(instance.offers ?? []));
    for (const others of this.#others) {
      const key = others.find(name);
      if (key) return key;
    }
    return undefined;
  }

  async #readFiles(): Promise<TsigKey[]> {
    const { files, keys } = this.#options;
    const read = new Map<string, TsigKey>();
    for (const token of files) {
      const path = configPath(token.text, this.#context.settings, token);
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        throw tokenError(token, `cannot read "${token.text}": ${reasonOf(error)}`);
      });
      for (const key of readKeyFile(text, path)) {
        const name = key.name.toString();
        if (keys.has(key.name.key) || read.has(key.name.key)) {
          throw tokenError(token, `key "${name}" is there twice`);
        }
        read.set(key.name.key, key);
      }
    }
    return [...read.values()];
  }
}

function isIn({ isAll, values }: Required, value: number): boolean {
  return isAll || values.has(value);
}
