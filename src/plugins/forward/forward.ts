import type { EdnsOption } from "../../dns/edns.ts";
import { isExtendedError } from "../../dns/extended-errors.ts";
import { Flag } from "../../dns/header.ts";
import type { Message } from "../../dns/message.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { configPath } from "../../server/config-path.ts";
import type { OutgoingOption } from "../../server/contract/outgoing.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { TooManyWaiting } from "../../server/pipeline/waiting-queries.ts";
import { Request } from "../../upstream/request.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { TimerWheel } from "../../upstream/timer-wheel.ts";
import { evenTtls } from "./even-ttls.ts";
import { FollowedUpstreams } from "./followed-upstreams.ts";
import { LoopProbes } from "./loop-probes.ts";
import { forwardMetrics } from "./metrics.ts";
import type { BuildContext } from "./open-upstreams.ts";
import { findTargets, openUpstreams } from "./open-upstreams.ts";
import { isOwnServerBlock } from "./own-server-block.ts";
import { LATE_MS } from "./patience.ts";
import type { FetchReport } from "./shared-fetch.ts";
import { noteOf } from "./upstream-note.ts";
import type { ForwardOptions } from "./parse.ts";
import type { Target } from "./target.ts";
import { relevantRecords } from "./relevant-records.ts";
import { UpstreamGroup, queryError } from "./upstream-group.ts";

const REQUEST_FLAGS = Flag.RD | Flag.AD | Flag.CD;
const REPLY_FLAGS = Flag.AA | Flag.TC | Flag.RA | Flag.AD;

/** Metadata: address and port of the upstream that has answered, or was asked last. */
const UPSTREAM = "forward/upstream";

/** All `forward` directives of a server block, tried in the order of the file. */
export class Forward implements Instance {
  readonly passable = true;
  readonly #options: readonly ForwardOptions[];
  readonly #context: PluginContext;
  readonly #wheel = new TimerWheel();
  #groups: readonly UpstreamGroup[] = [];
  readonly #followed: FollowedUpstreams[] = [];
  readonly #probes = new LoopProbes();
  /** Nothing that is sent comes back before the sockets are open. */
  readonly #serving = Promise.withResolvers<void>();
  /** What a query keeps of its upstream, if somebody asks for it. */
  readonly metadata: MetadataTable = { [UPSTREAM]: (query) => query.noteOf(UPSTREAM) };
  #isUpstreamAsked = false;

  readonly passesOption?: (code: number) => boolean;

  constructor(options: readonly ForwardOptions[], context: PluginContext) {
    this.#options = options;
    this.#context = context;
    if (options.some(({ clientOptions }) => clientOptions.length > 0)) {
      this.passesOption = (code) => options.some((one) => passes(one, code));
    }
  }

  serve(query: Query, next: Next): Result {
    const first = this.#firstMatch(query.qname, 0);
    if (first < 0) return next(query);
    if (this.#probes.sees(query)) return new Reply(Rcode.SERVFAIL, 0, Validity.once);
    if (!query.mayWait) throw new TooManyWaiting();
    const group = this.#groups[first] as UpstreamGroup;
    if (!group.isFinal) return this.#askInTurn(first, query);
    const outgoing = this.#outgoing(first, query);
    const request = toRequest(query, outgoing, this.#context.settings);
    return this.#ask(group, query, request).then(
      (message) => toReply(request, outgoing, message),
      fail,
    );
  }

  async check(): Promise<void> {
    const pathOf = this.#pathOf;
    const fixed = this.#options.filter(({ follow }) => !follow);
    await Promise.all(fixed.map((options) => findTargets(options, { pathOf })));
  }

  async start(): Promise<void> {
    const { metrics, plugins } = this.#context;
    this.#isUpstreamAsked = this.#context.isMetadataAsked(UPSTREAM);
    const around = { wheel: this.#wheel, metrics, pathOf: this.#pathOf };
    const cells = forwardMetrics(metrics);
    // Without a cache there is nobody who could make anything of it.
    const lateMs = plugins.includes("cache") ? LATE_MS : 0;
    this.#groups = await Promise.all(
      this.#options.map(async (options) => {
        const upstreams = options.follow ? [] : await openUpstreams(options, around);
        const group = new UpstreamGroup(options, upstreams, this.#wheel, cells, lateMs);
        if (options.follow) await this.#follow(options, group, around);
        return group;
      }),
    );
  }

  async #follow(
    options: ForwardOptions,
    group: UpstreamGroup,
    around: BuildContext,
  ): Promise<void> {
    const context = this.#context;
    const isOwn = (target: Target): boolean => isOwnServerBlock(target, context);
    const [zone = Name.root] = options.from;
    const isLoop = async (upstream: Upstream): Promise<boolean> => {
      await this.#serving.promise;
      return this.#probes.isLoop(upstream, zone);
    };
    const { log } = context;
    const followed = new FollowedUpstreams({ options, around, group, log, isOwn, isLoop });
    this.#followed.push(followed);
    await followed.start();
  }

  serving(): void {
    this.#serving.resolve();
  }

  stop(): void {
    for (const followed of this.#followed) followed.stop();
    for (const group of this.#groups) group.stop();
    this.#wheel.stop();
  }

  readonly #pathOf = (path: string): string => {
    const { settings, directive } = this.#context;
    return configPath(path, settings, directive);
  };

  #ask(group: UpstreamGroup, query: Query, request: Request): Promise<Message> {
    const isStream = query.client.transport !== "udp";
    const { trace } = query;
    if (!this.#isUpstreamAsked && !trace) return group.ask(request, isStream, query.isPatient);
    const beganMs = performance.now();
    let report: FetchReport | undefined;
    const tell = (told: FetchReport): void => {
      query.note(UPSTREAM, told.upstream);
      report = told;
    };
    const reply = group.ask(request, isStream, query.isPatient, tell);
    if (!trace) return reply;
    const noteIt = (message?: Message): void => {
      if (!report) return;
      trace.note(...noteOf(report, performance.now() - beganMs, request, message));
    };
    return reply.then(
      (message) => {
        noteIt(message);
        return message;
      },
      (failure: unknown) => {
        noteIt();
        throw failure;
      },
    );
  }

  async #askInTurn(first: number, query: Query): Promise<Reply> {
    for (let at = first; ;) {
      const outgoing = this.#outgoing(at, query);
      const request = toRequest(query, outgoing, this.#context.settings);
      const group = this.#groups[at] as UpstreamGroup;
      const message = await this.#ask(group, query, request).catch(fail);
      if (!group.leavesToNext(message)) return toReply(request, outgoing, message);
      at = this.#firstMatch(query.qname, at + 1);
      if (at < 0) return toReply(request, outgoing, message);
    }
  }

  /** The EDNS options that go out to the upstreams of a group. */
  #outgoing(at: number, { outgoing }: Query): readonly OutgoingOption[] {
    if (outgoing.length === 0) return outgoing;
    const options = this.#options[at] as ForwardOptions;
    return outgoing.filter(({ code, isFromClient }) => !isFromClient || passes(options, code));
  }

  /** The first `forward` from `start` on that is for this name; -1 if there is none. */
  #firstMatch(qname: Name, start: number): number {
    for (let at = start; at < this.#groups.length; at++) {
      if (this.#groups[at]?.matches(qname)) return at;
    }
    return -1;
  }
}

function passes({ clientOptions }: ForwardOptions, code: number): boolean {
  return clientOptions.some(([first, last]) => first <= code && code <= last);
}

function fail(failure: unknown): never {
  throw queryError(failure);
}

/**
 * The client's question. Its EDNS options end here: we do not know what they would make of the
 * reply, which others get as well (RFC 6891 §6.1.1, RFC 7871 §12.1). What goes out is what the
 * operator has put there or has told us to pass on.
 */
function toRequest(
  query: Query,
  outgoing: readonly EdnsOption[],
  { maxUdpOctets }: PluginContext["settings"],
): Request {
  const { qname, qtype, qclass, dnssecOk, hasEdns } = query;
  const flags = query.flags & REQUEST_FLAGS;
  const size = maxUdpOctets === undefined ? {} : { payloadSize: maxUdpOctets };
  const options = outgoing.length === 0 ? {} : { options: outgoing };
  const isExtended = hasEdns || outgoing.length > 0;
  const edns = isExtended ? { dnssecOk, ...size, ...options } : undefined;
  return new Request({ qname, qtype, qclass, flags, edns });
}

function toReply(request: Request, outgoing: readonly OutgoingOption[], message: Message): Reply {
  // Only a cache is configured to ask upstreams less often.
  const reply = new Reply(message.rcode, message.flags & REPLY_FLAGS, Validity.once);
  reply.isForwarded = true;
  reply.answer = evenTtls(relevantRecords(request.question, message.answer));
  reply.authority = evenTtls(message.authority);
  reply.additional = evenTtls(message.additional);
  const options = message.edns?.options;
  if (options && options.length > 0) {
    reply.options = options.filter((one) => isExtendedError(one) || isAnswer(one, outgoing));
  }
  if (outgoing.some(({ isPerClient }) => isPerClient)) reply.narrow(Validity.perClient);
  return reply;
}

/** What an upstream says to an option that it was sent for the operator. */
function isAnswer({ code }: EdnsOption, outgoing: readonly EdnsOption[]): boolean {
  return outgoing.some((option) => option.code === code);
}
