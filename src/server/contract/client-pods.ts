import type { Client } from "../../transport/client.ts";
import { defineCapability } from "./capability.ts";

/** Knows which clients are Pods of a cluster. What it says may be something else with the next query. */
export interface ClientPods {
  /**
   * Says that it will be asked; to be called in `connect`.
   * @returns why it will never know anybody, if that is so: an option that is missing
   */
  begin(): string | undefined;
  /**
   * The namespace of the Pod that a client is; "" for one that is none, or that cannot be told from others.
   * @throws {QueryError} as long as nothing is known of the Pods yet, so that nobody is taken for a stranger
   */
  namespaceOf(client: Client): string;
}

/** Offered by *kubernetes*, used by *acl*. */
export const clientPods = defineCapability<ClientPods>("pods of clients");
