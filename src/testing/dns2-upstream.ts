import { once } from "node:events";
import { Packet, createTCPServer, createUDPServer } from "dns2";
import { untilFree } from "./until-free.ts";

const ADDRESS = "127.0.0.1";

/** What to answer: addresses (any number of them, none is NODATA), or a response code. */
export type Dns2Answer = readonly string[] | { readonly rcode: number } | undefined;

/** A DNS server made with dns2. */
export interface Dns2Upstream {
  readonly port: number;
  /** `127.0.0.1:12345`, for UDP and TCP. */
  readonly address: string;
  /** Questions received, oldest first: `udp www.example.org 1`. */
  readonly questions: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Starts a DNS server with an independent codec behind it.
 * @param answer by name (without the final dot) and type; undefined says nothing at all
 */
export async function startDns2Upstream(
  answer: (name: string, type: number) => Dns2Answer,
): Promise<Dns2Upstream> {
  const questions: string[] = [];
  const serve = (transport: string, request: Packet, send: (reply: Packet) => unknown): void => {
    const [question] = request.questions;
    if (!question) return;
    questions.push(`${transport} ${question.name} ${question.type}`);
    const found = answer(question.name, question.type);
    if (found) send(compose(request, found));
  };
  const { udp, tcp, port } = await untilFree(async () => {
    const udp = createUDPServer((request, send) => serve("udp", request, send));
    await udp.listen(0, ADDRESS);
    const { port } = udp.address();
    const tcp = createTCPServer((request, send) => serve("tcp", request, send));
    try {
      tcp.listen(port, ADDRESS);
      await once(tcp, "listening");
    } catch (cause) {
      udp.close();
      throw cause;
    }
    return { udp, tcp, port };
  });
  return {
    port,
    address: `${ADDRESS}:${port}`,
    questions,
    close: async () => {
      udp.close();
      tcp.close();
      await once(udp, "close");
    },
  };
}

function compose(request: Packet, found: Exclude<Dns2Answer, undefined>): Packet {
  const reply = Packet.createResponseFromRequest(request);
  if ("rcode" in found) {
    reply.header.rcode = found.rcode;
    return reply;
  }
  for (const address of found) {
    const question = request.questions[0] as Packet["questions"][number];
    reply.answers.push(Packet.createResourceFromQuestion(question, { ttl: 300, address }));
  }
  return reply;
}
