import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

/** Each block has an address of its own for the names. */
const block = (key: string, view: string, address: string): string => `${key}:53 {
  ${view}
  cache 300
  hosts {
    ${address} www.test www.inner.test www.plain.test
    fallthrough
  }
}`;

const inView = (name: string, cidr: string): string => {
  return `view ${name} {\n expr incidr(client_ip(), '${cidr}')\n}`;
};

const corefile = `
${block(".", inView("one", "10.0.0.0/8"), "192.0.2.1")}
${block(".", inView("two", "172.16.0.0/12"), "192.0.2.2")}
${block(".", "", "192.0.2.3")}
${block("inner.test", inView("inner", "10.1.0.0/16"), "192.0.2.4")}
plain.test:53 {
  cache 300
  template IN A alias.plain.test {
    answer "{{ .Name }} 300 IN CNAME www.test."
  }
  template IN A mine.plain.test {
    var octet split(client_ip(), '.')[3]
    answer "{{ .Name }} 300 IN A 192.0.2.{{ .Var.octet }}"
  }
  template IN A some.plain.test {
    expr incidr(client_ip(), '10.0.0.0/8')
    answer "{{ .Name }} 300 IN A 192.0.2.7"
    fallthrough
  }
  template IN A some.plain.test {
    answer "{{ .Name }} 300 IN A 192.0.2.8"
  }
  hosts {
    192.0.2.5 www.plain.test
  }
}`;

const CLIENTS = ["10.1.0.1", "10.2.0.2", "172.16.0.3", "198.51.100.4"];
const NAMES = [
  "www.test",
  "WWW.inner.test",
  "www.plain.test",
  "alias.plain.test",
  "mine.plain.test",
  "some.plain.test",
];

/** What the Corefile says, in another way. */
function expected(client: string, name: string): string {
  const isTen = client.startsWith("10.");
  const own = client.endsWith(".3") ? 2 : 3;
  const byView = isTen ? 1 : own;
  const inner = client.startsWith("10.1.") ? 4 : byView;
  const last = {
    "www.test": byView,
    "WWW.inner.test": inner,
    "www.plain.test": 5,
    "alias.plain.test": byView,
    "mine.plain.test": Number(client.at(-1)),
    "some.plain.test": isTen ? 7 : 8,
  }[name];
  return `192.0.2.${last}`;
}

async function addressIn(reply: Promise<Buffer | undefined>): Promise<string> {
  const octets = await reply;
  const record = octets && parseMessage(octets)?.answer.at(-1);
  return record ? (formatRecord(record).split(" ").at(-1) ?? "") : "no answer";
}

let open: TableBench[] = [];

afterEach(async () => {
  for (const bench of open) await bench.close();
  open = [];
});

async function openBench(): Promise<TableBench> {
  const bench = await TableBench.open(corefile);
  open.push(bench);
  return bench;
}

describe("with views", () => {
  it("no client gets an answer that was made for another one", async () => {
    const asks = fc.array(
      fc.tuple(
        fc.constantFrom(...CLIENTS),
        fc.constantFrom(...NAMES),
        fc.constantFrom("udp", "tcp"),
      ),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(asks, async (list) => {
        const bench = await openBench();
        for (const [client, name, transport] of list) {
          bench.transport = transport;
          const packet = encodeQuestion(parseQuestion(`${name} A`), 1);
          const got = await addressIn(bench.ask(packet, client));
          expect(`${client} ${name} ${got}`).toBe(`${client} ${name} ${expected(client, name)}`);
        }
        await open.pop()?.close();
      }),
      { numRuns: 40 },
    );
  });

  it("what no view was asked for is repeated by the table, and nothing else", async () => {
    const bench = await openBench();
    const repeated: string[] = [];
    for (const name of NAMES) {
      const packet = encodeQuestion(parseQuestion(`${name} A`), 1);
      for (let i = 0; i < 6; i++) await bench.ask(packet, "10.1.0.1");
      if (bench.askTable(packet, "10.1.0.1")) repeated.push(name);
    }
    expect(repeated).toEqual(["www.plain.test"]);
  });
});
