import ipaddr from "ipaddr.js";
import { decodeClientSubnet } from "../../dns/edns.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import type { GeoDatabase, Schema } from "./geo-database.ts";
import { LABELS } from "./labels.ts";

/** Where the address is noted that a query is judged by. */
const NOTE = "geoip/.address";

/** Knows of the client's address where it is. */
export class GeoIp implements Instance {
  readonly passable = true;
  readonly metadata: MetadataTable;
  readonly serve?: (query: Query, next: Next) => Result;
  readonly #database: GeoDatabase;

  constructor(database: GeoDatabase, isBySubnet: boolean) {
    this.#database = database;
    const addressOf = isBySubnet ? subnetOf : clientOf;
    this.metadata = Object.fromEntries(
      Object.entries(LABELS).map(([label, { schema, read }]) => [
        label,
        (query: Query): string => this.#value(schema, addressOf(query), read),
      ]),
    );
    // Options are to be read before their octets are gone.
    if (isBySubnet) {
      this.serve = (query, next): Result => {
        if (query.options.length > 0) query.original.note(NOTE, subnetOf(query));
        return next(query);
      };
    }
  }

  check(): Promise<void> {
    return this.#database.check();
  }

  start(): Promise<void> {
    return this.#database.start();
  }

  stop(): void {
    this.#database.stop();
  }

  #value(schema: Schema, address: string, read: (typeof LABELS)[string]["read"]): string {
    const { schemas } = this.#database;
    return schemas.includes(schema) ? read(this.#database.find(address)) : "";
  }
}

/** Without the interface that it came by. */
function clientOf({ client }: Query): string {
  return client.address.split("%", 1)[0] as string;
}

/** The address of the client subnet (RFC 7871), or the client's. */
function subnetOf(query: Query): string {
  const noted = query.noteOf(NOTE);
  if (noted !== "") return noted;
  const option = query.options.find(({ code }) => code === OptionCode.CLIENT_SUBNET);
  const subnet = option && decodeClientSubnet(option.data);
  const length = subnet?.family === 1 ? 4 : subnet?.family === 2 ? 16 : 0;
  if (!subnet || length === 0 || subnet.address.length > length) return clientOf(query);
  const octets = [...subnet.address, ...new Uint8Array(length - subnet.address.length)];
  return ipaddr.fromByteArray(octets).toString();
}
