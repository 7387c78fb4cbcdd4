import type { Suite } from "./row.ts";
import { headerRows } from "./rows/header.ts";
import { malformedRows } from "./rows/malformed.ts";
import { startWorld } from "./world.ts";

/** Every row there is, in the order of the document. */
export const suites: readonly Suite[] = [
  { title: "Header and opcodes", start: startWorld, rows: headerRows },
  { title: "Malformed messages", start: startWorld, rows: malformedRows },
];
