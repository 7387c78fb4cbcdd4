import { RrType } from "../../dns/iana/rr-type.ts";
import { Flag } from "../../dns/header.ts";
import { CNAME } from "../../dns/rdata/rfc1035-names.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { ServerHost } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";

/**
 * Puts behind each CNAME record of an answer what the server itself says about its target, if
 * addresses were asked for. An alias whose target cannot be resolved stays alone.
 */
export function followAliases(reply: Reply, query: Query, host: ServerHost): Result {
  const isForAddress = query.qtype === RrType.A || query.qtype === RrType.AAAA;
  const aliases = reply.answer.filter(({ type }) => isForAddress && type === RrType.CNAME);
  if (aliases.length === 0) return reply;
  const results = aliases.map((alias) => resolveTarget(alias, query, host));
  const outcomes = results.filter((result): result is Outcome => !(result instanceof Promise));
  if (outcomes.length === results.length) return complete(reply, aliases, outcomes);
  return Promise.all(results.map(settle)).then((settled) => complete(reply, aliases, settled));
}

function resolveTarget(alias: ResourceRecord, query: Query, host: ServerHost): Result {
  const target = CNAME.decode(alias.rdata)?.target;
  if (!target || target.equals(alias.owner)) return DROPPED;
  try {
    return host.resolve(query.derive({ qname: target, isOwn: true }));
  } catch {
    return DROPPED;
  }
}

async function settle(result: Result): Promise<Outcome> {
  try {
    return await result;
  } catch {
    return DROPPED;
  }
}

function complete(
  reply: Reply,
  aliases: readonly ResourceRecord[],
  outcomes: readonly Outcome[],
): Reply {
  const answer: ResourceRecord[] = [];
  for (const record of reply.answer) {
    addOnce(answer, record);
    const outcome = outcomes[aliases.indexOf(record)];
    if (!(outcome instanceof Reply)) continue;
    reply.flags |= outcome.flags & Flag.TC;
    reply.narrow(outcome.validity);
    for (const found of outcome.answer) addOnce(answer, found);
  }
  reply.answer = answer;
  return reply;
}

/** Aliases that lead in a circle bring the same record again and again. */
function addOnce(answer: ResourceRecord[], record: ResourceRecord): void {
  const isThere = answer.some(
    ({ owner, type, rdata }) =>
      type === record.type && owner.equals(record.owner) && rdata.equals(record.rdata),
  );
  if (!isThere) answer.push(record);
}
