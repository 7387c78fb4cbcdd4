import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { Reply } from "./reply.ts";
import { Validity } from "./validity.ts";

/**
 * A reply with more answers than a message holds, as a zone transfer has (RFC 5936 §2.2): they are taken one after the other, a
 * millisecond's worth a turn of the event loop, packed into as many messages as they need, and sent as fast as the client takes them.
 *
 * On the way back through the chain it is a reply like others, whose sections happen to be empty. It is never repeated, and
 * goes out only where `Client.room` is there. What `records` throws midway is told to the client by a last message with
 * that response code; when the client goes away its `return` is called.
 */
export class RecordStream extends Reply {
  readonly records: Iterable<ResourceRecord>;

  constructor(records: Iterable<ResourceRecord>, flags: number = Flag.AA) {
    super(Rcode.NOERROR, flags, Validity.perClient);
    this.narrow(Validity.once);
    this.records = records;
  }
}
