import { join } from "node:path";
import { expect } from "vitest";
import { RrType } from "../../../src/dns/iana/rr-type.ts";
import { parseMessage } from "../../../src/dns/message.ts";
import { Rcode } from "../../../src/dns/iana/rcode.ts";
import { Name } from "../../../src/dns/name.ts";
import { BADSIG } from "../../../src/dns/tsig/open-request.ts";
import { TsigConversation } from "../../../src/dns/tsig/tsig-conversation.ts";
import type { TsigKey } from "../../../src/dns/tsig/tsig-key.ts";
import { appendTsig, findTsig, readSigned } from "../../../src/dns/tsig/tsig-record.ts";
import type { TsigFields } from "../../../src/dns/tsig/tsig-record.ts";
import { startServer } from "../../../src/testing/server.ts";
import { askOnce } from "../expect-reply.ts";
import { query } from "../query-packet.ts";
import { StreamProbe } from "../stream-probe.ts";
import type { Bench, Row, Transport } from "../row.ts";

const SECRET = "NoTCJU+DMqFWywaPyxSijrDEA/eC3nK0xi3AMEZuPVk=";
const KEY: TsigKey = {
  name: Name.parse("k.example.org."),
  secret: Buffer.from(SECRET, "base64"),
  configured: undefined,
};
const ZONE_FILE = join(import.meta.dirname, "../zone.test.zone");
const OPT_OCTETS = 11;
const WWW = "www.example.org. A";

/** A server with a key. */
export async function startKeyedServer(directive: string): Promise<Bench> {
  const server = await startServer({
    corefile: `example.org:{{PORT}} {
  bind 127.0.0.1
  ${directive}
  tsig {
    secret k.example.org. ${SECRET}
    require TXT
  }
  whoami
}
zone.test:{{PORT}} {
  bind 127.0.0.1
  tsig {
    secret k.example.org. ${SECRET}
    require AXFR
  }
  file ${ZONE_FILE}
  transfer {
    to *
  }
}\n`,
  });
  return { port: server.port, stop: () => server.stop() };
}

function now(): number {
  return Math.floor(Date.now() / 1_000);
}

function client(key: TsigKey = KEY, aheadSeconds = 0): TsigConversation {
  return new TsigConversation(key, () => now() + aheadSeconds);
}

/** A signed query, changed on its way. */
function changed(change: (fields: TsigFields) => TsigFields): Buffer {
  const plain = query(WWW);
  const { keyName, fields } = signed(client().sign(plain));
  return appendTsig(plain, keyName, change(fields));
}

function signed(packet: Buffer): { keyName: Name; fields: TsigFields } {
  const record = readSigned(packet, findTsig(packet) ?? 0);
  if (!record) throw new Error("Cannot find a TSIG record");
  return record;
}

/** Sends it; its reply has this response code and this error in its TSIG record. */
async function expectError(
  on: Transport,
  packet: Buffer,
  [rcode, error]: readonly [number, number],
): Promise<TsigFields> {
  const reply = await askOnce(on, packet);
  const { fields } = signed(reply);
  expect([reply.readUInt16BE(2) & 0x0f, fields.error]).toEqual([rcode, error]);
  return fields;
}

async function expectFormErr(on: Transport, packet: Buffer): Promise<void> {
  const reply = await askOnce(on, packet);
  expect([reply.readUInt16BE(2) & 0x0f, findTsig(reply)]).toEqual([Rcode.FORMERR, 0]);
}

const badSignature: Row["run"] = async (on) => {
  const other = client({ ...KEY, secret: Buffer.from("another") });
  const fields = await expectError(on, other.sign(query(WWW)), [Rcode.NOTAUTH, BADSIG]);
  expect(fields.mac).toHaveLength(0);
  const late = (one: TsigFields): TsigFields => ({ ...one, timeSigned: one.timeSigned + 1 });
  await expectError(on, changed(late), [Rcode.NOTAUTH, BADSIG]);
};

const badTime: Row["run"] = async (on) => {
  for (const ahead of [-310, 310]) {
    const one = client(KEY, ahead);
    const expected = [Rcode.NOTAUTH, Rcode.BADTIME] as const;
    const fields = await expectError(on, one.sign(query(WWW)), expected);
    expect(Math.abs(fields.otherData.readUIntBE(0, 6) - now())).toBeLessThan(60);
    expect(fields.mac).toHaveLength(32);
  }
  for (const ahead of [-290, 290]) {
    await expectError(on, client(KEY, ahead).sign(query(WWW)), [Rcode.NOERROR, 0]);
  }
};

const cutMac: Row["run"] = async (on) => {
  const cut = (octets: number): Buffer =>
    changed((fields) => ({ ...fields, mac: fields.mac.subarray(0, octets) }));
  await expectFormErr(on, cut(15));
  for (const octets of [16, 31]) {
    await expectError(on, cut(octets), [Rcode.NOTAUTH, Rcode.BADTRUNC]);
  }
};

const notLast: Row["run"] = async (on) => {
  const plain = query(WWW, { opt: {} });
  const packet = client().sign(plain);
  const record = packet.subarray(plain.length);
  const header = Buffer.from(plain.subarray(0, -OPT_OCTETS));
  header.writeUInt16BE(2, 10);
  await expectFormErr(on, Buffer.concat([header, record, plain.subarray(-OPT_OCTETS)]));
  const twice = Buffer.concat([packet, record]);
  twice.writeUInt16BE(3, 10);
  await expectFormErr(on, twice);
};

const signedTransfer: Row["run"] = async (on) => {
  const probe = new StreamProbe(on.connect());
  const one = client();
  probe.send(one.sign(query("zone.test. AXFR")));
  const messages: Buffer[] = [];
  for (let soas = 0; soas < 2;) {
    const [message = Buffer.alloc(0)] = (await probe.until(messages.length + 1)).slice(
      messages.length,
    );
    messages.push(message);
    expect(findTsig(message)).toBeGreaterThan(0);
    expect(() => one.verify(message)).not.toThrow();
    soas += parseMessage(message)?.answer.filter(({ type }) => type === RrType.SOA).length ?? 2;
  }
  probe.close();
  expect(messages.length).toBeGreaterThan(1);
};

export const transactionRows: readonly Row[] = [
  {
    id: "X05",
    rfc: "8945 §5.2.1",
    probe: "TSIG with a key that the server does not have",
    expectation: "NOTAUTH, BADKEY, no MAC",
    coredns: "not measured",
    run: async (on) => {
      const other = client({ ...KEY, name: Name.parse("other.") });
      const expected = [Rcode.NOTAUTH, Rcode.BADKEY] as const;
      const { mac } = await expectError(on, other.sign(query(WWW)), expected);
      expect(mac).toHaveLength(0);
    },
  },
  {
    id: "X06",
    rfc: "8945 §5.2.2",
    probe: "TSIG by another secret; a record that was altered",
    expectation: "NOTAUTH, BADSIG, no MAC",
    coredns: "not measured",
    run: badSignature,
  },
  {
    id: "X07",
    rfc: "8945 §5.2.3",
    probe: "TSIG of 310 s ago and ahead; of 290 s",
    expectation: "NOTAUTH, BADTIME with the server's time, signed; answered",
    coredns: "not measured",
    run: badTime,
  },
  {
    id: "X08",
    rfc: "8945 §5.2.2.1, §5.2.4",
    probe: "a MAC of 15, of 16 and of 31 octets of 32",
    expectation: "FORMERR; NOTAUTH, BADTRUNC",
    coredns: "not measured",
    run: cutMac,
  },
  {
    id: "X05a",
    rfc: "8945 §5.3",
    probe: "TSIG that is good; names of key and algorithm in capitals",
    expectation: "an answer whose MAC covers the query's",
    coredns: "not met: a key is found by its case",
    run: async (on) => {
      for (const name of ["k.example.org.", "K.EXAMPLE.org."]) {
        const one = client({ ...KEY, name: Name.parse(name) });
        const reply = await askOnce(on, one.sign(query(WWW, { opt: {} })));
        expect(() => one.verify(reply)).not.toThrow();
        expect(reply.readUInt16BE(2) & 0x0f).toBe(Rcode.NOERROR);
      }
    },
  },
  {
    id: "X05b",
    rfc: "8945 §5.1",
    probe: "TSIG that is not the last record; two of them",
    expectation: "FORMERR",
    coredns: "not measured",
    run: notLast,
  },
  {
    id: "X05c",
    rfc: "",
    probe: "a query that has to be signed, and is not, after one that was",
    expectation: "REFUSED",
    coredns: "met",
    run: async (on) => {
      for (let time = 0; time < 3; time++) {
        const one = client();
        one.verify(await askOnce(on, one.sign(query("www.example.org. TXT"))));
        const reply = await askOnce(on, query("www.example.org. TXT"));
        expect([reply.readUInt16BE(2) & 0x0f, findTsig(reply)]).toEqual([Rcode.REFUSED, 0]);
      }
    },
  },
  {
    id: "X09",
    rfc: "8945 §5.3.1",
    probe: "a signed transfer of many messages",
    expectation: "each is signed, and its MAC covers the one before",
    coredns: "not measured",
    over: "streams",
    run: signedTransfer,
  },
];
