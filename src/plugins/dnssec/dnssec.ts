import { reasonOf } from "../../corefile/corefile-error.ts";
import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { configPath } from "../../server/config-path.ts";
import { isTransfer } from "../../server/contract/admission.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { SigningKey } from "../../zone/dnssec/signing-key.ts";
import { keyFilesOf, readSigningKey } from "../../zone/dnssec/signing-key.ts";
import { dnssecMetrics } from "./metrics.ts";
import type { DnssecOptions } from "./parse.ts";
import { ReplySigner } from "./reply-signer.ts";
import { SignedReplies } from "./signature-period.ts";
import { SignatureStore } from "./signatures.ts";
import { SignedZones } from "./signed-zones.ts";

/** CoreDNS's. */
const DNSKEY_TTL_SECONDS = 3600;

/** Signs what the chain behind answers, for clients that ask for it, and answers for the keys. */
export class Dnssec implements Instance {
  readonly isCommonOnly = true;
  readonly passable = true;
  readonly #options: DnssecOptions;
  readonly #context: PluginContext;
  readonly #origins: readonly Name[];
  readonly #zones: SignedZones;
  readonly #replies = new SignedReplies();
  #keys: readonly SigningKey[] = [];
  #signer: ReplySigner | undefined;

  constructor(options: DnssecOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    this.#origins = options.zones ?? context.zones;
    this.#zones = new SignedZones(this.#origins);
  }

  /** Reads the keys, and keeps nothing. */
  async check(): Promise<void> {
    await this.#readKeys();
  }

  async start(): Promise<void> {
    this.#keys = await this.#readKeys();
    const metrics = dnssecMetrics(this.#context);
    const store = new SignatureStore(this.#keys, this.#options.cacheCapacity, metrics);
    this.#signer = new ReplySigner(this.#zones, store);
    this.#replies.start();
  }

  stop(): void {
    this.#replies.stop();
  }

  serve(query: Query, next: Next): Result {
    const { qname, qtype, dnssecOk } = query;
    const signer = this.#signer;
    if (!signer) return next(query);
    const isForKeys = qtype === RrType.DNSKEY && this.#zones.isApex(qname);
    if (isForKeys && !dnssecOk) return this.#keysOf(qname);
    if (!dnssecOk || isTransfer(qtype) || !qname.isWithinAny(this.#origins)) return next(query);
    if (isForKeys) return this.#signed(signer.addSignatures(query, this.#keysOf(qname)));
    const sign = (outcome: Outcome): Result =>
      outcome === DROPPED ? outcome : this.#signed(signer.sign(query, outcome, next));
    const result = next(query);
    return result instanceof Promise ? result.then(sign) : sign(result);
  }

  #signed(reply: Reply | Promise<Reply>): Result {
    const narrow = (one: Reply): Reply => one.narrow(Validity.dependingOn(this.#replies.current));
    return reply instanceof Promise ? reply.then(narrow) : narrow(reply);
  }

  #keysOf(owner: Name): Reply {
    return Reply.authoritative(
      this.#keys.map(
        ({ rdata }) =>
          new ResourceRecord(owner, RrType.DNSKEY, RrClass.IN, DNSKEY_TTL_SECONDS, rdata),
      ),
    );
  }

  async #readKeys(): Promise<readonly SigningKey[]> {
    const keys: SigningKey[] = [];
    for (const token of this.#options.keys) {
      const key = await this.#readKey(token);
      // One that is named twice would sign twice.
      if (!keys.some(({ rdata }) => rdata.equals(key.rdata))) keys.push(key);
    }
    return keys;
  }

  async #readKey(token: Token): Promise<SigningKey> {
    const { settings } = this.#context;
    let key;
    try {
      // Only a whole name can be looked for.
      key = await readSigningKey(configPath(keyFilesOf(token.text).public, settings, token));
    } catch (cause) {
      throw tokenError(token, `cannot use key "${token.text}": ${reasonOf(cause)}`);
    }
    const { owner, tag } = key;
    if (this.#origins.some((origin) => origin.isWithin(owner))) return key;
    throw tokenError(
      token,
      `cannot use key "${token.text}": it is of zone "${owner.toString()}" (key tag ${tag}), and that of none of these zones`,
    );
  }
}
