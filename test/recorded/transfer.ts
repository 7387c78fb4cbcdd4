import { createConnection } from "node:net";
import { FrameReader, frame } from "../../src/dns/frame-reader.ts";
import { RrClass } from "../../src/dns/iana/rr-class.ts";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { SOA } from "../../src/dns/rdata/soa.ts";
import { Name } from "../../src/dns/name.ts";
import type { ResourceRecord } from "../../src/dns/resource-record.ts";
import { WireWriter } from "../../src/dns/wire-writer.ts";
import type { Question } from "./question.ts";
import { encodeQuestion } from "./question.ts";
import type { Detail, RecordedAnswer } from "./recorded-answer.ts";
import { linesOf } from "./recorded-answer.ts";

export function isTransfer({ qtype }: Pick<Question, "qtype">): boolean {
  return qtype === RrType.AXFR || qtype === RrType.IXFR;
}

/** Asks for a zone, and collects what comes: all records, or `TransferError` as the recorder had it. */
export async function askTransfer(
  port: number,
  question: Question,
  detail: Detail,
): Promise<RecordedAnswer> {
  const records = await collect(port, question);
  return {
    rcode: records ? "NOERROR" : "TransferError",
    flags: "",
    answer: linesOf(records ?? [], port),
    authority: [],
    additional: [],
    ...(detail === "all" ? { edns: null } : {}),
  };
}

/** The records up to the second SOA record; undefined if the zone was refused. */
async function collect(port: number, question: Question): Promise<ResourceRecord[] | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<ResourceRecord[] | undefined>();
  const socket = createConnection({ host: "127.0.0.1", port });
  const frames = new FrameReader();
  const records: ResourceRecord[] = [];
  const take = (packet: Buffer): void => {
    const message = parseMessage(packet);
    if (!message || message.rcode !== 0) return resolve(undefined);
    records.push(...message.answer);
    const soas = records.filter(({ type }) => type === RrType.SOA);
    if (soas.length > 1) resolve(records);
  };
  socket.on("data", (chunk) => void frames.push(chunk, take));
  socket.on("error", reject);
  socket.on("end", () => reject(new Error("the transfer has no end")));
  socket.write(frame(encodeTransfer(question)));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

/** An IXFR says that the client has serial number 0 (RFC 1995 §3). */
function encodeTransfer(question: Question): Buffer {
  const packet = encodeQuestion(question, 1);
  if (question.qtype !== RrType.IXFR) return packet;
  packet.writeUInt16BE(1, 8);
  const writer = new WireWriter(Buffer.alloc(512));
  writer.name(question.qname);
  writer.u16(RrType.SOA);
  writer.u16(RrClass.IN);
  writer.u32(0);
  const [mname, rname] = [Name.root, Name.root];
  const times = { refreshSeconds: 0, retrySeconds: 0, expireSeconds: 0, minimumSeconds: 0 };
  const rdata = SOA.encode({ mname, rname, serial: 0, ...times });
  writer.u16(rdata.length);
  writer.octets(rdata);
  return Buffer.concat([packet, writer.copy()]);
}
