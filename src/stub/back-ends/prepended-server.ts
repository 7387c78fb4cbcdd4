import { nameserversOf } from "../name-service.ts";
import type { StubServer } from "../setting.ts";
import type { System } from "../system.ts";

/** The C library asks no more. */
const MAX_SERVERS = 3;

/**
 * What has to be known where the file has no zones: our server is asked for every name, and those behind it when it does
 * not answer. Its end is nobody's outage, since a port that nobody listens on refuses at once.
 */
export function notesOfFirstServer(system: System, { address }: StubServer): string[] {
  const others = nameserversOf(system).filter((other) => other !== address);
  const forward =
    others.length === 0
      ? "There was no server before."
      : `Its Corefile needs the line "forward . ${others.join(" ")}" for them.`;
  const notes = [
    `A resolv.conf cannot send zones to servers: Portolan is asked for every name, and has to forward those of others. ${forward} While Portolan does not run, programs ask the servers behind it.`,
  ];
  if (others.length >= MAX_SERVERS) {
    notes.push(
      `The C library asks ${MAX_SERVERS} servers at most: "${others.at(MAX_SERVERS - 1)}" is not asked any more.`,
    );
  }
  return notes;
}
