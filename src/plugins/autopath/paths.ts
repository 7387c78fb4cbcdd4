import type { Name } from "../../dns/name.ts";
import type { SearchPath } from "../../server/contract/search-paths.ts";
import type { State } from "../../server/contract/state.ts";

/** Where *autopath* has its paths from. */
export interface Paths {
  /** As in `SearchPaths`. */
  pathOf(qname: Name): SearchPath | State | undefined;
  /** As in `Instance`. */
  connect?(): void;
  check?(): Promise<void>;
  start?(): Promise<void>;
}
