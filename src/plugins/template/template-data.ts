import { formatRrClass } from "../../dns/iana/rr-class.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import { Flag } from "../../dns/header.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Value } from "../../go-template/value.ts";

const FIELDS = [
  "Zone",
  "Name",
  "Regex",
  "Match",
  "Group",
  "Class",
  "Type",
  "Message",
  "Question",
  "Remote",
  "Meta",
] as const;

/** Names of the fields that a template finds in its data. */
export const TEMPLATE_FIELDS: ReadonlySet<string> = new Set(FIELDS);

export type TemplateData = Readonly<Record<(typeof FIELDS)[number], Value>>;

/** What a regular expression found in a name. */
export interface NameMatch {
  readonly pattern: string;
  /** The whole match, then its groups; "" for one that took no part. */
  readonly groups: readonly string[];
  readonly named: Readonly<Record<string, string | null>>;
}

export interface TemplateQuestion {
  readonly zone: string;
  /** Lower case. */
  readonly name: string;
  readonly rrClass: number;
  readonly type: number;
}

/**
 * The data of one query; structs that are seldom asked for are made when they are.
 * @param metadata the query's, by label; "" for what nobody provides
 */
export function templateData(
  query: Query,
  { zone, name, rrClass, type }: TemplateQuestion,
  { pattern, groups, named }: NameMatch,
  metadata: (label: string) => string,
): TemplateData {
  return {
    Zone: zone,
    Name: name,
    Regex: pattern,
    Match: groups,
    get Group(): Value {
      const numbered = groups.map((group, i) => [String(i), group] as const);
      const byName = Object.entries(named).map(([key, group]) => [key, group ?? ""] as const);
      return new Map<string, Value>([...numbered, ...byName]);
    },
    Class: formatRrClass(rrClass),
    Type: formatRrType(type),
    get Message(): Value {
      return messageOf(query);
    },
    get Question(): Value {
      return questionOf(query);
    },
    Remote: query.client.address,
    Meta: (label) => (typeof label === "string" ? metadata(label) : ""),
  };
}

/** The fields of a miekg/dns `Msg` that a query can have. */
function messageOf(query: Query): Value {
  return {
    Id: BigInt(query.id),
    Response: false,
    Opcode: BigInt(query.opcode),
    RecursionDesired: query.recursionDesired,
    AuthenticatedData: (query.flags & Flag.AD) !== 0,
    CheckingDisabled: query.checkingDisabled,
    Question: [questionOf(query)],
  };
}

/** A miekg/dns `Question`: the name as asked. */
function questionOf(query: Query): Value {
  return {
    Name: query.qname.toString(),
    Qtype: BigInt(query.qtype),
    Qclass: BigInt(query.qclass),
  };
}
