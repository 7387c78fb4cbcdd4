import { afterEach, describe, expect, it } from "vitest";
import { Rcode } from "../src/dns/iana/rcode.ts";
import { parseMessage } from "../src/dns/message.ts";
import { formatRecord } from "../src/dns/presentation.ts";
import { definePlugin } from "../src/server/contract/plugin.ts";
import type { Instance, ServerHost } from "../src/server/contract/plugin.ts";
import { QueryError } from "../src/server/contract/query-error.ts";
import { DROPPED, Reply, mapReply } from "../src/server/contract/reply.ts";
import { records } from "../src/testing/query.ts";
import type { TestServer } from "../src/testing/server.ts";
import { startServer } from "../src/testing/server.ts";
import { TcpProbe, askUdp } from "../src/transport/transport.cases.ts";
import { plugins } from "../src/plugins/index.ts";
import { Composer } from "../src/dns/composer.ts";
import { Name } from "../src/dns/name.ts";

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** Plugins that do what the tests need: each answers with its argument, or fails as told. */
const log: string[] = [];
const probe = definePlugin<string>({
  name: "probe",
  parse: (directive) => directive.args.map(({ text }) => text).join(" "),
  create: (word): Instance => ({
    start() {
      log.push(`start ${word}`);
      if (word === "fails") throw new Error("cannot start: told so");
    },
    stop: () => void log.push(`stop ${word}`),
    observe: ({ query, outcome, octets, failure }) => {
      const reply = outcome === DROPPED ? "dropped" : outcome.rcode;
      log.push(`${word} saw ${query.qname} ${reply} ${octets > 0} ${String(failure)}`);
    },
    serve(query, next) {
      const label = query.qname.labels()[0];
      if (label === "slow") {
        return new Promise((resolve) => setTimeout(resolve, 50, answer(query.qname, word)));
      }
      if (label === "drop") return DROPPED;
      if (label === "throw") throw new TypeError("a bug");
      if (label === "reject")
        return Promise.reject(
          new QueryError(Rcode.REFUSED, "not today", { ede: 18, explanation: "later" }),
        );
      if (label === "next") return mapReply(next(query), (reply) => reply);
      return answer(query.qname, word);
    },
  }),
});

function answer(qname: Name, word: string): Reply {
  return Reply.authoritative(records(`${qname} 5 IN TXT "${word}"`));
}

async function start(corefile: string): Promise<TestServer> {
  log.length = 0;
  const server = await startServer({ corefile, plugins: [probe, ...plugins] });
  servers.push(server);
  return server;
}

function question(qname: string, id = 1, edns = false): Buffer {
  const composer = new Composer();
  composer.begin(id, 0x0100, 512);
  composer.question(Name.parse(qname), 16, 1);
  if (edns) {
    composer.reserve(11);
    composer.edns(1232, 0, false, []);
  }
  return Buffer.from(composer.finish());
}

async function ask({ port }: TestServer, qname: string, edns = false): Promise<string> {
  const message = parseMessage(await askUdp(port, question(qname, 1, edns)));
  const option = message?.edns?.options[0]?.data.toString("latin1") ?? "";
  return [message?.rcode, ...(message?.answer.map(formatRecord) ?? []), option].join(" ").trim();
}

describe("the server", () => {
  it("asks the block with the longest zone", async () => {
    const server = await start(
      `
      a.test:{{PORT}} { bind 127.0.0.1
        probe short }
      deep.a.test:{{PORT}} { bind 127.0.0.1
        probe deep }`
        .replace(/\{ bind/g, "{\n bind")
        .replace(/ \}/g, "\n}"),
    );
    expect(await ask(server, "x.a.test.")).toContain('"short"');
    expect(await ask(server, "x.deep.A.test.")).toContain('"deep"');
    expect(await ask(server, "b.test.")).toBe(String(Rcode.REFUSED));
  });

  it("turns each failure into a reply, and shows it to observers", async () => {
    const server = await start(".:{{PORT}} {\n bind 127.0.0.1\n probe p\n}");
    expect(await ask(server, "throw.test.")).toBe("2");
    expect(await ask(server, "reject.test.", true)).toBe("5 \x00\x12later");
    expect(await ask(server, "next.test.")).toBe("2");
    expect(log.slice(1)).toEqual([
      "p saw throw.test. 2 true TypeError: a bug",
      "p saw reject.test. 5 true QueryError: not today",
      "p saw next.test. 2 true undefined",
    ]);
  });

  it("answers over TCP as replies come, and nothing for a dropped query", async () => {
    const server = await start(".:{{PORT}} {\n bind 127.0.0.1\n probe p\n}");
    const client = new TcpProbe(server.port);
    client.send(question("slow.test.", 1), question("drop.test.", 2), question("fast.test.", 3));
    expect(await client.untilIds(2)).toEqual([3, 1]);
    client.socket.destroy();
  });

  it("answers what is in flight before it stops", async () => {
    const server = await start(".:{{PORT}} {\n bind 127.0.0.1\n probe p\n}");
    const client = new TcpProbe(server.port);
    client.send(question("slow.test.", 1));
    const slow = askUdp(server.port, question("slow.test.", 2));
    client.send(question("fast.test.", 3));
    await client.untilIds(1);
    await server.stop();
    servers.length = 0;
    expect((await slow).readUInt16BE(0)).toBe(2);
    await client.closed;
    expect(client.ids()).toEqual([3, 1]);
    expect(log.at(-1)).toBe("stop p");
  });

  it("reloads without losing a query", async () => {
    const server = await start(".:{{PORT}} {\n bind 127.0.0.1\n probe one\n}");
    const slow = askUdp(server.port, question("slow.test."));
    // Its answer shows that the slow query is in work as well.
    await ask(server, "fast.test.");
    const answers: string[] = [];
    const done = new AbortController();
    const asking = (async () => {
      while (!done.signal.aborted) answers.push(await ask(server, "fast.test."));
    })();
    for (const word of ["two", "three", "four"]) {
      server.corefile = `.:{{PORT}} {\n bind 127.0.0.1\n probe ${word}\n}`;
      await server.server.reload();
    }
    done.abort();
    await asking;
    expect((await slow).includes(Buffer.from("one"))).toBe(true);
    expect(new Set(answers.map((line) => line.slice(0, 1)))).toEqual(new Set(["0"]));
    expect(await ask(server, "fast.test.")).toContain('"four"');
    expect(log.filter((line) => line.startsWith("stop"))).toEqual([
      "stop one",
      "stop two",
      "stop three",
    ]);
  });

  it("serves all who ask for a reload at once with one, and begins none after a stop", async () => {
    const server = await start(".:{{PORT}} {\n bind 127.0.0.1\n probe one\n}");
    server.corefile = server.corefile.replace("one", "two");
    await Promise.all(Array.from({ length: 20 }, () => server.server.reload()));
    const late = server.server.reload();
    await Promise.all([server.stop(), late]);
    expect(log).toEqual(["start one", "start two", "stop one", "stop two"]);
  });

  it("keeps the old configuration if the new one is wrong or does not start", async () => {
    const server = await start(".:{{PORT}} {\n bind 127.0.0.1\n probe one\n}");
    server.corefile = ".:{{PORT}} {\n prob two\n}";
    await expect(server.server.reload()).rejects.toThrow(
      'Corefile:2: Unknown directive "prob"; did you mean "probe"?',
    );
    server.corefile = ".:{{PORT}} {\n bind 127.0.0.1\n probe two\n probe fails\n}";
    await expect(server.server.reload()).rejects.toThrow(
      "Corefile:4: plugin/probe: cannot start: told so",
    );
    expect(await ask(server, "fast.test.")).toContain('"one"');
    expect(log).toContain("stop two");
    expect(log).toContain("stop fails");
  });

  it("tells instances whether it is their configuration that serves", async () => {
    const hosts = new Map<string, ServerHost>();
    const seen: string[] = [];
    const look = (when: string): void => {
      const all = [...hosts].map(([word, host]) => `${word} ${host.isServing()}`);
      seen.push(`${when}: ${all.join(", ")}`);
    };
    const curious = definePlugin<string>({
      name: "curious",
      parse: ({ args }) => args[0]?.text ?? "",
      create: (word, { host }): Instance => {
        hosts.set(word, host);
        return { start: () => look(`starting ${word}`) };
      },
    });
    const corefile = ".:{{PORT}} {\n bind 127.0.0.1\n curious one\n}";
    const server = await startServer({ corefile, plugins: [curious, ...plugins] });
    servers.push(server);
    look("started");
    server.corefile = corefile.replace("one", "two");
    await server.server.reload();
    look("reloaded");
    await server.stop();
    look("stopped");
    expect(seen).toEqual([
      "starting one: one false",
      "started: one true",
      "starting two: one true, two false",
      "reloaded: one false, two true",
      "stopped: one false, two false",
    ]);
  });

  it("refuses a zone that is served twice", async () => {
    const block = ".:{{PORT}} {\n probe one\n}\n";
    await expect(start(block + block)).rejects.toThrow('Corefile:4: Cannot serve zone "." twice');
  });
});
