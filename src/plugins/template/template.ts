import { Flag } from "../../dns/header.ts";
import { extendedErrorOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass, formatRrClass } from "../../dns/iana/rr-class.ts";
import { RrType, formatRrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import { followAliases } from "./follow-aliases.ts";
import { TemplateError } from "../../go-template/syntax.ts";
import type { TemplateMetrics } from "./metrics.ts";
import { templateMetrics } from "./metrics.ts";
import type { TemplateOptions } from "./parse.ts";
import type { RecordTemplate } from "./record-template.ts";
import type { NameMatch } from "./name-match.ts";
import type { TemplateData, TemplateQuestion } from "./template-data.ts";
import { templateData } from "./template-data.ts";
import type { TemplateContext } from "./template-environment.ts";
import { TemplateExpressions } from "./template-expressions.ts";

const NO_MATCH = [extendedErrorOption(ExtendedErrorCode.OTHER, "no template matches the name")];

const EXPRESSION_FAILED = [
  extendedErrorOption(ExtendedErrorCode.OTHER, "an expression cannot be evaluated"),
];

type SectionName = "answer" | "authority" | "additional";

/** Answers with records that templates make of the question. */
export class Template implements Instance {
  readonly passable = true;
  readonly #options: TemplateOptions;
  readonly #context: PluginContext;
  /** Longest first. */
  readonly #zones: readonly Name[];
  readonly #metrics: TemplateMetrics;
  readonly #expressions: TemplateExpressions;
  /** Who may get what is said, or passed on, here. */
  readonly #audience: Validity;

  constructor(options: TemplateOptions, context: PluginContext) {
    this.#options = options;
    this.#context = context;
    const zones = options.zones ?? context.zones;
    this.#zones = zones.toSorted((a, b) => b.wire.length - a.wire.length);
    this.#metrics = templateMetrics(context.metrics);
    this.#expressions = new TemplateExpressions(options, context);
    const templates = [...options.answer, ...options.authority, ...options.additional];
    const isPerClient =
      this.#expressions.dependOnClient || templates.some((one) => one.isPerClient);
    this.#audience = isPerClient ? Validity.perClient : Validity.always;
    for (const { label, at } of options.metadata) context.metadata(label, at);
  }

  serve(query: Query, next: Next): Result {
    const question = this.#question(query);
    // Who says that an update is done has to do it.
    if (!question || query.opcode === Opcode.UPDATE) return next(query);
    const match = this.#match(question.name);
    if (!match) return this.#passOver(query, next);
    const context: TemplateContext = {
      query,
      metadata: (label) => this.#context.findMetadata(label, query),
      match,
      variables: new Map(),
    };
    const condition = this.#expressions.evaluate(context);
    if (condition === "failed") return refusal(EXPRESSION_FAILED).narrow(this.#audience);
    if (condition === "unmet")
      return this.#passOver(query, (one) => passOn(one, next, this.#audience));
    query.trace?.note(`matches "${match.pattern}"`);
    this.#metrics.matches.with(...this.#labels(question)).value++;
    return this.#answer(query, question, templateData(query, question, match, context));
  }

  /** The question as templates see it; undefined if it is none of this plugin's. */
  #question(query: Query): TemplateQuestion | undefined {
    const { rrClass, type } = this.#options;
    const { qname, qclass, qtype } = query;
    if (rrClass !== qclass && rrClass !== RrClass.ANY && qclass !== RrClass.ANY) return undefined;
    if (type !== qtype && type !== RrType.ANY && qtype !== RrType.ANY) return undefined;
    const zone = this.#zones.find((one) => qname.isWithin(one));
    return (
      zone && {
        zone: zone.toString(),
        name: Name.fromWire(qname.key, qname.key).toString(),
        rrClass: qclass === RrClass.ANY ? rrClass : qclass,
        type: qtype === RrType.ANY ? type : qtype,
      }
    );
  }

  #match(name: string): NameMatch | undefined {
    const { patterns } = this.#options;
    if (patterns.length === 0) return { pattern: ".*", groups: [name], named: {} };
    for (const pattern of patterns) {
      const matcher = pattern.matcher(name);
      if (!matcher.find()) continue;
      const count = matcher.groupCount() + 1;
      const groups = Array.from({ length: count }, (_none, i) => matcher.group(i) ?? "");
      return { pattern: pattern.pattern(), groups, named: matcher.getNamedGroups() };
    }
    return undefined;
  }

  #passOver(query: Query, next: Next): Result {
    const { fallthrough } = this.#options;
    if (query.qname.isWithinAny(fallthrough)) return next(query);
    return refusal(NO_MATCH).narrow(this.#audience);
  }

  #answer(query: Query, question: TemplateQuestion, data: TemplateData): Result {
    const { rcode, extendedError } = this.#options;
    // Each match is counted.
    const reply = new Reply(rcode, 0, Validity.once.and(this.#audience));
    if (extendedError) reply.options = [extendedError];
    // As in CoreDNS, a failure that is meant has no records.
    if (rcode === Rcode.SERVFAIL) return reply;
    reply.flags = Flag.AA;
    reply.answer = this.#records("answer", question, data);
    reply.authority = this.#records("authority", question, data);
    reply.additional = this.#records("additional", question, data);
    return followAliases(reply, query, this.#context.host);
  }

  #records(
    section: SectionName,
    question: TemplateQuestion,
    data: TemplateData,
  ): readonly ResourceRecord[] {
    return this.#options[section].map((template) => {
      try {
        return template.record(data);
      } catch (error) {
        throw this.#failure(error, section, question, template);
      }
    });
  }

  #failure(
    error: unknown,
    section: SectionName,
    question: TemplateQuestion,
    { source }: RecordTemplate,
  ): QueryError {
    const { templateFailures, recordFailures } = this.#metrics;
    const family = error instanceof TemplateError ? templateFailures : recordFailures;
    family.with(...this.#labels(question), section, source).value++;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `plugin/template: Cannot make ${section} of "${source}": ${reason}`;
    return new QueryError(Rcode.SERVFAIL, message, { ede: ExtendedErrorCode.OTHER, cause: error });
  }

  /** Server, zone, view, class, type. */
  #labels({ zone, rrClass, type }: TemplateQuestion): string[] {
    const { serverLabel, settings } = this.#context;
    return [serverLabel, zone, settings.view ?? "", formatRrClass(rrClass), formatRrType(type)];
  }
}

function refusal(options: Reply["options"]): Reply {
  const reply = new Reply(Rcode.SERVFAIL, 0, Validity.once);
  reply.reason = "no-template";
  reply.options = options;
  return reply;
}
