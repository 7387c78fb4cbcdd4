import { APEX_SOA } from "../example-zone.ts";
import { expectReply } from "../expect-reply.ts";
import { query } from "../query-packet.ts";
import type { Row } from "../row.ts";

/** Header flags and opcodes. */
export const headerRows: readonly Row[] = [
  {
    id: "H01",
    rfc: "8906 §8.1.1",
    probe: "SOA, RD=0, no OPT",
    expectation: "NOERROR, AA, the SOA record, no OPT",
    coredns: "met",
    async run(on) {
      const asked = query("example.org. SOA", { flags: 0 });
      await expectReply(on, asked, { flags: "QR AA", answer: [APEX_SOA] });
    },
  },
];
