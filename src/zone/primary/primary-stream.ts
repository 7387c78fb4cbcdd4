import { connect } from "node:net";
import { FrameReader, frame } from "../../dns/frame-reader.ts";
import { hostPort } from "../../net/host-port.ts";
import { networkError } from "../../upstream/upstream-error.ts";
import type { PrimaryServer, Signing } from "./signing.ts";
import { TransferError } from "./transfer-error.ts";
import { CONNECT_MS, MAX_OCTETS, MESSAGE_MS, TRANSFER_MS } from "./transfer-limits.ts";

/**
 * Sends a query over TCP, signed, and gives the messages that come back for as long as they are taken. Nothing is read ahead of whoever takes them.
 * @throws {TransferError} if there is no connection, or none any more, or what comes is too slow or too much
 */
export async function* messagesFrom(
  { address, port }: PrimaryServer,
  query: Buffer,
  signing: Signing,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const socket = connect({ host: address, port, noDelay: true, signal });
  const late = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => socket.destroy(new TransferError(`${what} in ${ms / 1000} s`)), ms).unref();
  const connecting = late(CONNECT_MS, "no connection");
  const timers = [connecting, late(TRANSFER_MS, "no end")];
  // Whoever reads is told; between two reads nobody is.
  socket.on("error", () => {});
  socket.once("connect", () => clearTimeout(connecting));
  try {
    socket.write(frame(signing.sign(query)));
    const message = late(MESSAGE_MS, "no message");
    timers.push(message);
    const reader = new FrameReader();
    let octets = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      octets += chunk.length;
      if (octets > MAX_OCTETS) throw new TransferError(`it sent more than ${MAX_OCTETS} octets`);
      const messages: Buffer[] = [];
      const isDns = reader.push(chunk, (one) => messages.push(one));
      for (const one of messages) {
        message.refresh();
        signing.verify(one);
        yield one;
      }
      if (isDns === undefined) throw new TransferError("it sent what is no DNS message");
    }
    throw new TransferError("it closed the connection before the end");
  } catch (cause) {
    if (cause instanceof TransferError) throw cause;
    const { message } = networkError(`tcp ${hostPort(address, port)}`, cause);
    throw new TransferError(message, false, cause);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    socket.destroy();
  }
}
