import { Name } from "../../dns/name.ts";
import { parseRecord } from "../../dns/presentation.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { GoTemplate } from "../../go-template/go-template.ts";
import type { TemplateData } from "./template-data.ts";
import { TEMPLATE_FIELDS } from "./template-data.ts";

/** TTL of a record that names none, as in CoreDNS. */
const DEFAULT_TTL_SECONDS = 3_600;

/** Fields that depend on who asks; metadata may. */
const CLIENT_FIELDS: ReadonlySet<string> = new Set(["Remote", "Meta"]);

/** A template whose text is one record in presentation format. */
export class RecordTemplate {
  readonly source: string;
  /** Labels of metadata that it asks for by name. */
  readonly labels: readonly string[];
  /** Whether it says something of the client. */
  readonly isPerClient: boolean;
  readonly #template: GoTemplate;
  /** The record of a template without actions. */
  readonly #constant: ResourceRecord | undefined;

  /**
   * @throws {TemplateError} if it is no template.
   * @throws {SyntaxError} if it has no actions and is no record.
   */
  constructor(source: string) {
    this.source = source;
    this.#template = new GoTemplate(source, TEMPLATE_FIELDS);
    const uses = this.#template.fieldUses();
    this.isPerClient = uses.some(({ field }) => CLIENT_FIELDS.has(field));
    this.labels = uses.flatMap(({ field, literal }) => (field === "Meta" ? (literal ?? []) : []));
    if (this.#template.isConstant) this.#constant = toRecord(source);
  }

  /**
   * @throws {TemplateError} if the template cannot be filled in with this data.
   * @throws {SyntaxError} if what comes out is no record.
   */
  record(data: TemplateData): ResourceRecord {
    return this.#constant ?? toRecord(this.#template.execute(data));
  }
}

function toRecord(text: string): ResourceRecord {
  return parseRecord(text, { ttlSeconds: DEFAULT_TTL_SECONDS, origin: Name.root });
}
