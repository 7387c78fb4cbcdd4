import { fstatSync, write, writeSync } from "node:fs";

/** Takes octets away, at once or when it can; calls never wait. One `write` at a time. */
export interface LogSink {
  /** @param done gets the error, or how many octets were taken: perhaps not all */
  write(chunk: Buffer, done: (error: Error | null, octets: number) => void): void;
  /** The last words of a process: whatever is taken at once. Only while no `write` is under way. */
  writeLast(chunk: Buffer): void;
}

/**
 * What a program's standard output or standard error is. Pipes and sockets do not block: Node's
 * streams for them wait for room in the event loop, outlive a reader that has gone, and write
 * again when there is another one. All else (files, terminals) is written to by Node's thread
 * pool, where a disk or a terminal that hangs keeps one thread waiting, and nothing else.
 */
export function openSink(stream: NodeJS.WriteStream & { fd: 1 | 2 }): LogSink {
  const { fd } = stream;
  const stat = fstatSync(fd);
  const isStream = stat.isFIFO() || stat.isSocket();
  return {
    write: isStream ? streamWriter(stream) : fileWriter(fd),
    writeLast: (chunk) => void writeSync(fd, chunk),
  };
}

function streamWriter(stream: NodeJS.WriteStream): LogSink["write"] {
  // Each failed write has its callback, too.
  stream.on("error", () => undefined);
  return (chunk, done) => {
    stream.write(chunk, (error) => done(error ?? null, error ? 0 : chunk.length));
  };
}

function fileWriter(fd: number): LogSink["write"] {
  return (chunk, done) => write(fd, chunk, 0, chunk.length, null, done);
}
