import { Rcode } from "../../dns/iana/rcode.ts";

/** What an update comes to, or how it is refused. */
export interface UpdateVerdict {
  readonly rcode: number;
  /** Why, for clients with EDNS and for the log; what the response code says alone is not said again. */
  readonly reason?: string;
}

export const FORMAT_ERROR: UpdateVerdict = { rcode: Rcode.FORMERR };
export const NOT_IN_ZONE: UpdateVerdict = { rcode: Rcode.NOTZONE };

export function refused(reason: string): UpdateVerdict {
  return { rcode: Rcode.REFUSED, reason };
}
