import { Flag } from "../../dns/header.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { CNAME } from "../../dns/rdata/rfc1035-names.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { ServerHost } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Reply, Result } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { ReplyEdit } from "./asked-question.ts";
import type { Renaming } from "./renaming.ts";

/**
 * Has the first alias that matches lead to another name, which the server itself is asked for:
 *
 *     www CNAME a.cdn, a.cdn A 192.0.2.1   becomes   www CNAME b.cdn, and what b.cdn is
 *
 * If that cannot be found out, as in a circle of aliases, the answer stays as it was.
 */
export function redirectAliases(renaming: Renaming, host: ServerHost): ReplyEdit {
  return {
    edit(reply, query) {
      const found = firstMatch(reply, renaming);
      if (!found) return undefined;
      query.trace?.note(`alias ${found.record.owner} leads to ${found.target}`);
      const result = resolve(query.derive({ qname: found.target, isOwn: true }), host);
      if (result instanceof Promise) {
        return result.then(
          (outcome) => redirect(reply, found, outcome),
          () => undefined,
        );
      }
      return redirect(reply, found, result);
    },
  };
}

function resolve(query: Query, host: ServerHost): Result {
  try {
    return host.resolve(query);
  } catch {
    return DROPPED;
  }
}

interface Found {
  /** Where in the answer. */
  readonly at: number;
  readonly record: ResourceRecord;
  readonly target: NonNullable<ReturnType<typeof CNAME.decode>>["target"];
}

function firstMatch({ answer }: Reply, renaming: Renaming): Found | undefined {
  for (const [at, record] of answer.entries()) {
    const before = record.type === RrType.CNAME && CNAME.decode(record.rdata)?.target;
    if (!before) continue;
    const target = renaming(before);
    if (target.key !== before.key) return { at, record, target };
  }
  return undefined;
}

function redirect(reply: Reply, { at, record, target }: Found, outcome: Outcome): void {
  if (outcome === DROPPED) return;
  const { owner, type, class: rrClass, ttlSeconds } = record;
  const rdata = CNAME.encode({ target });
  const before = reply.answer.slice(0, at).filter((one) => one.type === RrType.CNAME);
  const alias = new ResourceRecord(owner, type, rrClass, ttlSeconds, rdata);
  reply.answer = [...before, alias, ...outcome.answer];
  // What is cut short must not be taken for the whole of it.
  reply.flags = (reply.flags & ~Flag.TC) | (outcome.flags & Flag.TC);
  reply.narrow(outcome.validity);
  // Two answers in one: their TTLs and hits are not those of either.
  reply.narrow(Validity.once);
}
