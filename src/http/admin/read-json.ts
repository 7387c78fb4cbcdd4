import type { IncomingMessage } from "node:http";

/** More than any question needs. */
const MAX_BODY_OCTETS = 4_096;

/** A request that cannot be answered, by the fault of whoever sent it. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
  readonly status: number;
  /** When to ask again, where that helps. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, status = 400, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Reads a body of JSON; no more of it is kept than may be there.
 * @throws {BadRequest} if it is too long, of another type, or no JSON
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new BadRequest("expected content-type application/json", 415);
  }
  // Of what is too long by its own words nothing is read.
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_OCTETS) throw tooLong();
  const body = await bodyOf(request);
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    throw new BadRequest("the body is no JSON");
  }
}

function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let octets = 0;
    request.on("data", (chunk: Buffer) => {
      octets += chunk.length;
      if (octets <= MAX_BODY_OCTETS) chunks.push(chunk);
      else reject(tooLong());
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    // Whoever hangs up is no fault of ours.
    const end = (): void => reject(new BadRequest("the body has not come in full"));
    request.on("error", end);
    request.on("close", end);
  });
}

function tooLong(): BadRequest {
  return new BadRequest(`body of more than ${MAX_BODY_OCTETS} octets`, 413);
}
