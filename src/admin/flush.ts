import { parseRrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { BadRequest } from "../http/admin/read-json.ts";
import { MinuteLimit } from "../http/admin/minute-limit.ts";
import type { Configuration } from "../server/configuration.ts";
import type { Flush, KeptReplies } from "../server/contract/kept-replies.ts";
import { keptReplies } from "../server/contract/kept-replies.ts";
import { fieldsOf, flagIn, textIn } from "./request-fields.ts";

const FLUSHES_A_MINUTE = 10;
const MAX_TYPES = 100;

export interface Flushed {
  /** Replies that *cache* had kept, ... */
  readonly entries: number;
  /** ... and those that were repeated from the answer table. */
  readonly repeated: number;
}

/** Makes what is asked to forget replies: a few times a minute, as each time all that is kept is looked through. */
export function flusher(
  configuration: () => Pick<Configuration, "instances">,
  table: KeptReplies,
): (body: unknown) => Promise<Flushed> {
  const limit = new MinuteLimit(FLUSHES_A_MINUTE);
  return async (body) => {
    const flush = flushIn(body);
    if (limit.waitSeconds > 0) {
      throw new BadRequest(`${FLUSHES_A_MINUTE} flushes a minute`, 429, limit.waitSeconds);
    }
    limit.count();
    const keepers = configuration().instances.flatMap(({ instance }) => {
      return keptReplies.among(instance.offers ?? []);
    });
    let entries = 0;
    for (const keeper of keepers) entries += await keeper.flush(flush);
    // Behind them, for it would be filled again from there.
    return { entries, repeated: await table.flush(flush) };
  };
}

function flushIn(body: unknown): Flush {
  const fields = fieldsOf(body, ["name", "types", "below"]);
  const text = textIn(fields, "name");
  const name = text === undefined ? undefined : Name.tryParse(text);
  if (!name) throw new BadRequest('expected "name", a domain name');
  const { types } = fields;
  return {
    name,
    below: flagIn(fields, "below"),
    types: types === undefined ? undefined : typesIn(types),
  };
}

function typesIn(types: unknown): ReadonlySet<number> {
  if (!Array.isArray(types) || types.length > MAX_TYPES) {
    throw new BadRequest('"types" is no list of types');
  }
  const numbers = types.map((type: unknown) => {
    const number = typeof type === "string" ? parseRrType(type.toUpperCase()) : undefined;
    if (number === undefined) {
      throw new BadRequest(`Cannot flush type ${JSON.stringify(type)}: there is none`);
    }
    return number;
  });
  return new Set(numbers);
}
