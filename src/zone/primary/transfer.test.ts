import { afterEach, describe, expect, it } from "vitest";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { replyTo } from "../../testing/fake-upstream.ts";
import { records } from "../../testing/query.ts";
import type { PrimaryQuery, ScriptedPrimary } from "../../testing/scripted-primary.ts";
import {
  NS,
  ZONE,
  say,
  serves,
  soa,
  startPrimary,
  zoneOf,
} from "../../testing/scripted-primary.ts";
import { askSerial } from "./soa-query.ts";
import type { OurVersion } from "./transfer.ts";
import { transfer } from "./transfer.ts";
import type { Transferred } from "./transfer-reader.ts";

const running: ScriptedPrimary[] = [];
const { signal } = new AbortController();

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function primary(answer: (query: PrimaryQuery) => void): Promise<ScriptedPrimary> {
  const one = await startPrimary(answer);
  running.push(one);
  return one;
}

function version(serial: number): OurVersion {
  const [record] = records(soa(serial));
  if (!record) throw new TypeError("No SOA record");
  return { soa: record, serial };
}

async function got(
  answer: (query: PrimaryQuery) => void,
  ours?: number,
): Promise<{ readonly transferred: Transferred; readonly asked: readonly string[] }> {
  const { server, asked } = await primary(answer);
  const known = ours === undefined ? undefined : version(ours);
  return { transferred: await transfer(ZONE, known, server, signal), asked };
}

/** Answers IXFR with these messages, and everything else as who has version 3. */
function differences(...messages: readonly (readonly string[])[]): (query: PrimaryQuery) => void {
  return (query) =>
    query.qtype === RrType.IXFR ? say(query, ...messages) : serves(zoneOf(3))(query);
}

const A1 = "www.example.org. 60 IN A 192.0.2.1";
const A2 = "www.example.org. 60 IN A 192.0.2.2";
const A3 = "www.example.org. 60 IN A 192.0.2.3";

describe("a whole zone", () => {
  it("comes in one message", async () => {
    const { transferred, asked } = await got(serves(zoneOf(1)));
    expect(transferred).toMatchObject({ kind: "whole", serial: 1, data: { records: 6 } });
    expect(asked).toEqual(["AXFR"]);
  });

  it("comes in many, each of one record", async () => {
    const { transferred } = await got((query) =>
      say(query, ...[...zoneOf(1), soa(1)].map((one) => [one])),
    );
    expect(transferred).toMatchObject({ kind: "whole", data: { records: 6 } });
  });

  it("need not repeat the question in the messages behind the first", async () => {
    const { transferred } = await got((query) => {
      say(query, zoneOf(1));
      const [record] = records(soa(1));
      const packet = replyTo(query.packet, { answer: [soa(1)] });
      const octets = Buffer.concat([
        packet.subarray(0, 12),
        Buffer.from(
          `${record?.owner.wire}\0\u0006\0\u0001\0\0\0\0\0${String.fromCharCode(record?.rdata.length ?? 0)}`,
          "latin1",
        ),
        record?.rdata ?? Buffer.alloc(0),
      ]);
      octets.writeUInt16BE(0, 4);
      query.reply(octets);
    });
    expect(transferred).toMatchObject({ kind: "whole", serial: 1 });
  });

  it("may be the answer to IXFR", async () => {
    const { transferred, asked } = await got(serves(zoneOf(3)), 1);
    expect(transferred).toMatchObject({ kind: "whole", serial: 3 });
    expect(asked).toEqual(["IXFR"]);
  });

  it("is asked for where IXFR is refused", async () => {
    const { transferred, asked } = await got((query) => {
      if (query.qtype === RrType.IXFR) query.reply(replyTo(query.packet, { rcode: Rcode.NOTIMP }));
      else serves(zoneOf(3))(query);
    }, 1);
    expect(transferred).toMatchObject({ kind: "whole", serial: 3 });
    expect(asked).toEqual(["IXFR", "AXFR"]);
  });
});

describe("what is no transfer is refused:", () => {
  const whole = [...zoneOf(5), soa(5)];
  const bad: Readonly<Record<string, [string, (query: PrimaryQuery) => void]>> = {
    "another closing SOA record": [
      "its closing SOA record, serial number 6, is not the opening one, 5",
      (query) => say(query, [...zoneOf(5), soa(6)]),
    ],
    "one that has the same serial number, and other times": [
      "its closing SOA record, serial number 5, is not the opening one, 5",
      (query) => say(query, [...zoneOf(5), soa(5, "1 2 3")]),
    ],
    "an older serial number": [
      "its serial number 3 is older than ours, 4",
      (query) => say(query, [...zoneOf(3), soa(3)]),
    ],
    "a record outside of the zone": [
      'it sent a record of "www.example.com.", which is not in the zone',
      (query) => say(query, [...zoneOf(5, "www.example.com. 60 IN A 192.0.2.9"), soa(5)]),
    ],
    "a record of another class": [
      "it sent a record of class 3",
      (query) => say(query, [...zoneOf(5, "x.example.org. 60 CH TXT x"), soa(5)]),
    ],
    "a SOA record of another name": [
      'it sent a SOA record of "sub.example.org.", another zone',
      (query) => say(query, [...zoneOf(5, soa(5).replace("example", "sub.example")), soa(5)]),
    ],
    "no SOA record at the beginning": [
      "it sent another record in front of the SOA record",
      (query) => say(query, [NS, ...whole]),
    ],
    "records behind the end": [
      "it sent records behind the closing SOA record",
      (query) => say(query, [...whole, A1]),
    ],
    "a response code": [
      "it answers REFUSED",
      (query) => query.reply(replyTo(query.packet, { rcode: Rcode.REFUSED })),
    ],
    "a truncated message": [
      "it sent a truncated message",
      (query) => query.reply(replyTo(query.packet, { answer: whole, flags: Flag.TC })),
    ],
    "no records": ["it sent a message without records", (query) => say(query, zoneOf(5), [])],
    "another id": [
      "it sent the reply to another query",
      (query) => {
        const reply = replyTo(query.packet, { answer: whole });
        reply.writeUInt16BE(query.id ^ 1, 0);
        query.reply(reply);
      },
    ],
    "another id in the second message": [
      "it sent the reply to another query",
      (query) => {
        say(query, zoneOf(5));
        const reply = replyTo(query.packet, { answer: [soa(5)] });
        reply.writeUInt16BE(query.id ^ 1, 0);
        query.reply(reply);
      },
    ],
    "another question": [
      "it answers another question",
      (query) => {
        const reply = replyTo(query.packet, { answer: whole });
        reply[13] = 0x66;
        query.reply(reply);
      },
    ],
    "a query": ["it sent a message that is no reply", (query) => query.reply(query.packet)],
    "half a record": [
      "it sent a malformed message",
      (query) => query.reply(replyTo(query.packet, { answer: whole }).subarray(0, -9)),
    ],
    "what is no DNS": [
      "it sent what is no DNS message",
      (query) => void query.connection?.write("\0\u0001HTTP/1.1 400"),
    ],
    "an end in the middle": [
      "it closed the connection before the end",
      (query) => {
        say(query, zoneOf(5));
        query.connection?.end();
      },
    ],
    "an end at once": [
      "it closed the connection before the end",
      (query) => void query.connection?.end(),
    ],
  };

  it.each(Object.entries(bad))("%s", async (_, [message, answer]) => {
    const { server } = await primary(answer);
    await expect(transfer(ZONE, version(4), server, signal)).rejects.toThrow(message);
  });

  it("nothing that listens", async () => {
    const one = await primary(() => {});
    await one.close();
    running.pop();
    await expect(transfer(ZONE, undefined, one.server, signal)).rejects.toThrow(
      "connection refused",
    );
  });
});

describe("differences", () => {
  it("lead from our version to the newest, over any number of messages", async () => {
    const { transferred, asked } = await got(
      differences([soa(3), soa(1), A1], [soa(2), A2, soa(2)], [A2, soa(3), A3, soa(3)]),
      1,
    );
    expect(asked).toEqual(["IXFR"]);
    expect(transferred).toMatchObject({
      kind: "changes",
      serial: 3,
      changes: [
        { fromSerial: 1, toSerial: 2, removed: { length: 2 }, added: { length: 2 } },
        { fromSerial: 2, toSerial: 3, removed: { length: 2 }, added: { length: 2 } },
      ],
    });
  });

  it("are none if one SOA record comes alone, of our version", async () => {
    const { transferred } = await got(differences([soa(1)]), 1);
    expect(transferred).toEqual({ kind: "current" });
  });

  it("tell our version in the query", async () => {
    const serials: (number | undefined)[] = [];
    await got((query) => {
      const rdata = query.packet.subarray(query.packet.length - SOA_OCTETS);
      serials.push(rdata.readUInt32BE(rdata.length - 20));
      say(query, [soa(7)]);
    }, 7);
    expect(serials).toEqual([7]);
  });

  it.each([
    ["begin at another version", [soa(3), soa(2), A2, soa(3), A3, soa(3)]],
    ["do not follow one another", [soa(3), soa(1), A1, soa(2), A2, soa(4), soa(3), A3, soa(3)]],
    ["go back", [soa(3), soa(1), A1, soa(0), A2, soa(0)]],
    ["end with another SOA record", [soa(3), soa(1), A1, soa(3), A3, soa(3, "1 1 1")]],
  ])("that %s are left for the whole zone", async (_, message) => {
    const { transferred, asked } = await got(differences(message), 1);
    expect(transferred).toMatchObject({ kind: "whole", serial: 3 });
    expect(asked).toEqual(["IXFR", "AXFR"]);
  });

  it("carry over at the end of serial numbers", async () => {
    const last = 0xffff_ffff;
    const { transferred } = await got(
      differences([soa(1), soa(last), A1, soa(1), A2, soa(1)]),
      last,
    );
    expect(transferred).toMatchObject({ changes: [{ fromSerial: last, toSerial: 1 }] });
  });
});

const SOA_OCTETS = SOA.encode({
  mname: ZONE,
  rname: ZONE,
  serial: 0,
  refreshSeconds: 0,
  retrySeconds: 0,
  expireSeconds: 0,
  minimumSeconds: 0,
}).length;

describe("the serial number of a primary", () => {
  it("comes by UDP", async () => {
    const transports: string[] = [];
    const { server } = await primary((query) => {
      transports.push(query.transport);
      say(query, [soa(9)]);
    });
    expect(await askSerial(ZONE, server, signal)).toBe(9);
    expect(transports).toEqual(["udp"]);
  });

  it("comes by TCP if there is no room over UDP", async () => {
    const { server } = await primary((query) => {
      if (query.transport === "stream") say(query, [soa(9)]);
      else query.reply(replyTo(query.packet, { flags: Flag.TC }));
    });
    expect(await askSerial(ZONE, server, signal)).toBe(9);
  });

  it.each([
    ["it answers NXDOMAIN", { rcode: Rcode.NXDOMAIN }],
    ["it is no authority of the zone", { answer: [soa(9)] }],
    ["it has no SOA record", { flags: Flag.AA, answer: [NS] }],
  ])("is none if %s", async (message, parts) => {
    const { server } = await primary((query) => query.reply(replyTo(query.packet, parts)));
    await expect(askSerial(ZONE, server, signal)).rejects.toThrow(message);
  });
});
