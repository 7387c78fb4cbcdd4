import { hostname } from "node:os";
import { randomInt } from "node:crypto";
import manifest from "../../../package.json" with { type: "json" };
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { TXT } from "../../dns/rdata/txt.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Admission } from "../../server/contract/admission.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Repetition, Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { ChaosOptions } from "./parse.ts";

const FOLLOWS_CASE: Repetition = { followsCase: true };

/** Tells of the server itself, by TXT records of class CH (RFC 4892 §3). */
export class Chaos implements Instance {
  readonly accepts: readonly Admission[] = ["chaos"];
  readonly passable = true;
  /** By name, the texts of which each is a record. */
  readonly #texts: ReadonlyMap<string, readonly string[]>;

  constructor({ version, authors }: ChaosOptions) {
    const versions = [version ?? `Portolan-${manifest.version}`];
    const hosts = [hostname()];
    const answers: Record<string, readonly string[]> = {
      "version.bind.": versions,
      "version.server.": versions,
      "authors.bind.": authors ?? ["The Portolan authors"],
      "hostname.bind.": hosts,
      "id.server.": hosts,
    };
    this.#texts = new Map(
      Object.entries(answers).map(([name, texts]) => [Name.parse(name).key, texts]),
    );
  }

  serve(query: Query, next: Next): Result {
    const { qname, qtype, qclass } = query;
    if (qclass !== RrClass.CH || qtype !== RrType.TXT) return next(query);
    const texts = this.#texts.get(qname.key);
    if (!texts) return next(query);
    const reply = new Reply();
    reply.answer = inAnyOrder(texts).map((text) => textRecord(qname, text));
    reply.repetition = FOLLOWS_CASE;
    return texts.length > 1 ? reply.narrow(Validity.once) : reply;
  }
}

/** Nobody is always the first. */
function inAnyOrder(texts: readonly string[]): readonly string[] {
  const rest = [...texts];
  return texts.map(() => rest.splice(randomInt(rest.length), 1)[0] ?? "");
}

function textRecord(qname: Name, text: string): ResourceRecord {
  const octets = Buffer.from(text).toString("latin1");
  return new ResourceRecord(qname, RrType.TXT, RrClass.CH, 0, TXT.encode({ strings: [octets] }));
}
