/*
 * What a plugin outside of this program imports as "portolan/plugin", and all that it may count on:
 * docs/plugins.md. Whatever is not here may change with any version.
 */
import type { AnyPlugin, Plugin } from "../contract/plugin.ts";

/** The version of this contract, which a plugin says it was written for. */
export const API = 1;

/** A plugin of somebody else's. */
export interface PublicPlugin<Options> extends Plugin<Options> {
  readonly api: typeof API;
}

/** Carries the type of the options from `parse` to `create`. */
export function definePlugin<Options>(
  plugin: PublicPlugin<Options>,
): AnyPlugin & { readonly api: typeof API } {
  return plugin;
}

export type {
  BlockSettings,
  Instance,
  NamedInstance,
  Next,
  Plugin,
  PluginContext,
  ServerHost,
} from "../contract/plugin.ts";
export { defineCapability } from "../contract/capability.ts";
export type { Capability, Offer, Offered } from "../contract/capability.ts";
export type { Exchange } from "../contract/exchange.ts";
export type { Metadata, MetadataTable } from "../contract/metadata.ts";
export { passOn } from "../contract/pass-on.ts";
export type { BlockOutline, Reach, Warning } from "../contract/reach.ts";
export { QueryError } from "../contract/query-error.ts";
export { Query } from "../contract/query.ts";
export type { QueryChanges } from "../contract/query.ts";
export type { RepeatedQueries, RepeatObserver } from "../contract/repeat-observer.ts";
export { RecordStream } from "../contract/record-stream.ts";
export { DROPPED, mapReply, Reply } from "../contract/reply.ts";
export type { Dropped, Outcome, Repetition, Result } from "../contract/reply.ts";
export { SharedStates } from "../contract/shared-states.ts";
export { endStates, State } from "../contract/state.ts";
export { Validity } from "../contract/validity.ts";
export type { View } from "../contract/view.ts";
export { configPath } from "../config-path.ts";

export {
  argumentRange,
  atLeastOne,
  noArguments,
  noBody,
  oneArgument,
  parseChoice,
  parseDurationMs,
  parseFallthrough,
  parseInteger,
  parseNumber,
  parseOnOff,
  parsePort,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
export { CorefileError } from "../../corefile/corefile-error.ts";
export { Directive, tokenError } from "../../corefile/directive.ts";
export type { Token } from "../../corefile/directive.ts";

export { extendedErrorOption, findOption } from "../../dns/edns.ts";
export type { EdnsOption } from "../../dns/edns.ts";
export { Flag } from "../../dns/header.ts";
export { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
export { OptionCode } from "../../dns/iana/option-code.ts";
export { formatRcode, parseRcode, Rcode } from "../../dns/iana/rcode.ts";
export { formatRrClass, parseRrClass, RrClass } from "../../dns/iana/rr-class.ts";
export { formatRrType, parseRrType, RrType } from "../../dns/iana/rr-type.ts";
export { Name } from "../../dns/name.ts";
export { formatRecord, parseRecord } from "../../dns/presentation.ts";
export { ResourceRecord } from "../../dns/resource-record.ts";

export { guard, reportFault } from "../../observe/faults.ts";
export type { Logger } from "../../observe/log.ts";
export type { Cell, Family, HistogramCell, Metrics } from "../../observe/metrics.ts";
