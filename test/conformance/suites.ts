import type { Suite } from "./row.ts";
import { authorityRows } from "./rows/authority.ts";
import { classAndTypeRows } from "./rows/classes-and-types.ts";
import { ednsRows } from "./rows/edns.ts";
import { explainedRows } from "./rows/explained.ts";
import { forwarderRows } from "./rows/forwarder.ts";
import { headerRows } from "./rows/header.ts";
import { malformedRows } from "./rows/malformed.ts";
import { nameRows } from "./rows/names.ts";
import { streamRows } from "./rows/streams.ts";
import { transferRows } from "./rows/transfers.ts";
import { startKeyedServer, transactionRows } from "./rows/transactions.ts";
import { startWorld } from "./world.ts";

/** Every row there is, in the order of the document. */
export const suites: readonly Suite[] = [
  { title: "Header and opcodes", start: startWorld, rows: headerRows },
  { title: "Malformed messages", start: startWorld, rows: malformedRows },
  { title: "EDNS and sizes", start: startWorld, rows: ednsRows },
  { title: "Classes and types", start: startWorld, rows: classAndTypeRows },
  { title: "Names, denials and aliases", start: startWorld, rows: nameRows },
  { title: "Zones", start: startWorld, rows: authorityRows },
  { title: "Explanations", rows: explainedRows },
  { title: "Streams", start: startWorld, rows: streamRows },
  { title: "Transfers", start: startWorld, rows: transferRows },
  { title: "Signed transactions", start: startKeyedServer, rows: transactionRows },
  { title: "Forwarder and cache", start: startWorld, rows: forwarderRows },
];
