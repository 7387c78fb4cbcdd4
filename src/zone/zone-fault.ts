import type { Name } from "../dns/name.ts";

/** What is the matter with a zone. Of an error it must not be served; a warning is merely odd. */
export interface ZoneFault {
  readonly level: "error" | "warning";
  readonly owner: Name;
  readonly message: string;
  /** Of which the last one in its file is where the error is; undefined if one is missing. */
  readonly records?: FaultRecords;
}

export interface FaultRecords {
  readonly owner: Name;
  /** Undefined for all. */
  readonly types?: readonly number[];
  /** Whether it is about names below the owner. */
  readonly isBelow?: boolean;
}
