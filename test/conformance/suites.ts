import type { Suite } from "./row.ts";
import { headerRows } from "./rows/header.ts";
import { startWorld } from "./world.ts";

/** Every row there is, in the order of the document. */
export const suites: readonly Suite[] = [
  { title: "Header and opcodes", start: startWorld, rows: headerRows },
];
