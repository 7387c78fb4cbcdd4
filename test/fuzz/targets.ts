import { corefiles } from "./corefiles.ts";
import { frames } from "./frames.ts";
import { manifests } from "./manifests.ts";
import { packets } from "./packets.ts";
import { responses } from "./responses.ts";
import type { FuzzTarget } from "./target.ts";
import { updates } from "./updates.ts";
import { lists, watches } from "./watches.ts";
import { zones } from "./zones.ts";

/** All that is fuzzed. */
export const targets: readonly FuzzTarget[] = [
  packets,
  frames,
  responses,
  updates,
  corefiles,
  watches,
  lists,
  manifests,
  zones,
];
