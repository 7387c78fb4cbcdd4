import { formatRrClass } from "../../dns/iana/rr-class.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import { Flag } from "../../dns/header.ts";
import type { Query } from "../../server/contract/query.ts";
import type { NameMatch } from "./name-match.ts";
import type { TemplateContext } from "./template-environment.ts";
import { templateValue } from "./template-environment.ts";
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
  "Var",
  "Meta",
] as const;

/** Names of the fields that a template finds in its data. */
export const TEMPLATE_FIELDS: ReadonlySet<string> = new Set(FIELDS);

export type TemplateData = Readonly<Record<(typeof FIELDS)[number], Value>>;

export interface TemplateQuestion {
  readonly zone: string;
  /** Lower case. */
  readonly name: string;
  readonly rrClass: number;
  readonly type: number;
}

type Computed = Pick<TemplateContext, "variables" | "metadata">;

/** The data of one query; structs that are seldom asked for are made when they are. */
export function templateData(
  query: Query,
  { zone, name, rrClass, type }: TemplateQuestion,
  { pattern, groups, named }: NameMatch,
  { variables, metadata }: Computed,
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
    get Var(): Value {
      return new Map([...variables].map(([key, value]) => [key, templateValue(value)]));
    },
    Meta: (label) => (typeof label === "string" ? metadata(label, query) : ""),
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
