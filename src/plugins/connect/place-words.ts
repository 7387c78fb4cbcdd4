import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Query } from "../../server/contract/query.ts";
import type { ConnectOptions } from "./parse.ts";
import type { Place } from "./place.ts";
import type { NoPlace } from "./places.ts";

/** What a client is told, and the log, of a name that gets no address. */
export function noPlace(name: string, why: NoPlace, options: ConnectOptions): QueryError {
  const { words, explanation } = wordsOf(why, options);
  return new QueryError(Rcode.SERVFAIL, `Cannot serve "${name}" on this machine: ${words}`, {
    ede: ExtendedErrorCode.OTHER,
    explanation,
  });
}

function wordsOf(
  why: NoPlace,
  { range, maxNames }: ConnectOptions,
): { readonly words: string; readonly explanation: string } {
  if (why.obstacle === "names-in-use") {
    const words = `all of ${maxNames} names are in use, or all addresses of ${range.text}`;
    return { words, explanation: "no address of this machine is left for it" };
  }
  const { port } = why;
  const words = `another program has port ${port} of the addresses in ${range.text}, as one does that listens on all; end it`;
  return { words, explanation: `another program of this machine has port ${port}` };
}

/** The first time that a name is asked for. */
export function openedWords({ qname }: Query, place: Place): string {
  const { name, address, openPorts } = place;
  const word = openPorts.length === 1 ? "port" : "ports";
  const ports = openPorts.length === 0 ? "no port is open" : `${word} ${openPorts.join(", ")}`;
  const asked = qname.toString().toLowerCase().replace(/\.$/, "");
  return `Asked for ${asked}: "${name}" is on ${address}, ${ports}${unreadyWords(place)}`;
}

/** A port that nobody serves is closed, as in a Pod; here somebody has to say why. */
function unreadyWords({ destination, openPorts }: Place): string {
  const unready = destination.target
    .ports()
    .filter(({ protocol, endpoints }) => protocol === "tcp" && endpoints.length === 0);
  if (unready.length === 0) return "";
  const list = unready.map(({ port }) => port).join(", ");
  const mark = openPorts.length === 0 ? ": " : "; ";
  return `${mark}nobody is ready behind ${unready.length === 1 ? "port" : "ports"} ${list}`;
}

export function notTcp(name: string, protocol: string, port: number): string {
  const why = "an API server carries TCP only";
  return `Not served on this machine: port ${port} of "${name}" is ${protocol.toUpperCase()}, and ${why}`;
}
