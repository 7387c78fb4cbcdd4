import { RrClass, formatRrClass } from "../../dns/iana/rr-class.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { Query } from "../../server/contract/query.ts";
import type { QueryError } from "../../server/contract/query-error.ts";
import type { Reply } from "../../server/contract/reply.ts";
import type { AskedFact } from "../../server/contract/trace-fact.ts";
import { OptionList } from "./option-list.ts";
import { lowerCaseName, nameOf, nameText } from "./name-text.ts";

/** What a rule does to the reply of a question that it matched. */
export interface ReplyEdit {
  /**
   * Edits the reply in place; a promise only if it has to wait.
   * @param query as it was asked in the end
   */
  edit(reply: Reply, query: Query): void | Promise<void>;
  /** The failure to tell of, where there is no reply. */
  editFailure?(failure: QueryError): QueryError;
}

/** A question on its way through the rules: what it has become, and what its reply is in for. */
export class AskedQuestion {
  readonly query: Query;
  readonly edits: ReplyEdit[] = [];
  qtype: number;
  qclass: number;
  /** Whether a rule has looked at who asks. */
  dependsOnClient = false;
  /** Whether there are other EDNS options than those that it came with. */
  hasNewOptions = false;
  #options: OptionList | undefined;
  #qname: Name;
  #text: string | undefined;

  constructor(query: Query) {
    this.query = query;
    this.qtype = query.qtype;
    this.qclass = query.qclass;
    this.#qname = query.qname;
  }

  get qname(): Name {
    return this.#qname;
  }

  /** The name in lower case, as rules compare it. */
  get text(): string {
    return (this.#text ??= nameText(lowerCaseName(this.#qname)));
  }

  /** @throws {QueryError} if the text is no name. */
  rename(to: Name | string): void {
    this.#qname = typeof to === "string" ? nameOf(to, this.text) : to;
    this.#text = undefined;
  }

  get options(): OptionList {
    return (this.#options ??= new OptionList(this.query));
  }

  /** Whether it is another question than the client's. */
  get isChanged(): boolean {
    const { query } = this;
    return (
      this.hasNewName ||
      this.hasNewOptions ||
      this.qtype !== query.qtype ||
      this.qclass !== query.qclass
    );
  }

  get hasNewName(): boolean {
    return this.#qname !== this.query.qname;
  }

  /** The query to go on with. */
  toQuery(): Query {
    if (!this.isChanged) return this.query;
    const { qname, qtype, qclass, query, hasNewOptions } = this;
    if (!hasNewOptions) return query.derive({ qname, qtype, qclass });
    const { all: options, outgoing } = this.options;
    return query.derive({ qname, qtype, qclass, options, outgoing });
  }

  /** For those who want to know why. */
  toFact(): AskedFact {
    const name = this.#qname.toString();
    // Other classes than that of the Internet are rare enough to be said.
    const ofClass = this.qclass === RrClass.IN ? "" : `${formatRrClass(this.qclass)} `;
    return { name, type: ofClass + formatRrType(this.qtype) };
  }
}
