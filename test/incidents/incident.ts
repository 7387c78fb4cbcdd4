import type { FakeUpstream, ReceivedQuery, ReplyParts } from "../../src/testing/fake-upstream.ts";
import type { QueryParts } from "../conformance/query-packet.ts";

/** Something that went wrong somewhere once, as a play that must go well here. One file each. */
export interface Incident {
  /** `CVE-2023-28452`; the file has the same name in lower case. */
  readonly advisory: string;
  /** What holds for us. */
  readonly rule: string;
  /** Inside of a server block; UPSTREAM is the address of the scripted upstream. */
  readonly corefile: string;
  /** Acts and expects, on a bench of its own. */
  readonly play: (bench: Bench) => Promise<void>;
}

/** A server, an upstream that says what it is told to, and a clock that stands still. */
export interface Bench {
  readonly upstream: FakeUpstream;
  /** Sends a query over UDP; see {@link Asked}. */
  readonly ask: (question: string, parts?: QueryParts) => Asked;
  /** The next query that the upstream gets; those behind it wait for further calls. */
  readonly heard: () => Promise<ReceivedQuery>;
  /** Asks, lets the upstream answer, and gives the reply in words. */
  readonly exchange: (question: string, reply: ReplyParts, parts?: QueryParts) => Promise<string>;
  /** Puts the clock forward. */
  readonly wait: (seconds: number) => Promise<void>;
  /** Lets everybody read what has been sent. */
  readonly settle: () => Promise<void>;
}

/** A query on its way. */
export interface Asked {
  readonly packet: Buffer;
  /** Undefined as long as there is none. */
  readonly reply: () => Buffer | undefined;
  /** Waits for the reply: `NOERROR www.test. 60 IN A 192.0.2.1`, extended errors as `EDE 22`. */
  readonly said: () => Promise<string>;
}
