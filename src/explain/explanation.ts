/*
 * What `portolan explain -o json` prints and `POST explain` answers. Fields may be added; what is there keeps its
 * meaning. Unknown is null. Every text is printable ASCII: what else was in a name or an object is escaped.
 */

import type { Routes } from "./routes/routes.ts";
import type { TraceFact } from "../server/contract/trace-fact.ts";

export interface Explanation {
  readonly version: 1;
  readonly asked: Asked;
  /** What a pod's resolver does, one name after the other, until one has an answer. */
  readonly lookups: readonly Lookup[];
  /** What aliases lead to, if that had to be looked at by itself. */
  readonly targets: readonly Lookup[];
  /** Queries that the client sends for all that. */
  readonly queries: number;
  readonly verdict: Verdict;
  /** Where kube-proxy sends connections; null unless that is asked for. */
  readonly routes: Routes | null;
}

export interface Asked {
  readonly name: string;
  readonly types: readonly string[];
  readonly namespace: string;
  /** The client's address that views and access lists see. */
  readonly address: string;
  /** Suffixes that the name is completed with, in their order. */
  readonly search: readonly string[];
  readonly ndots: number;
  /** What is assumed of the client, in whole sentences. */
  readonly assumed: readonly string[];
}

export interface Lookup {
  /** Absolute. */
  readonly name: string;
  /** The suffix that completed it; null for the name as it is. */
  readonly suffix: string | null;
  readonly answers: readonly Told[];
}

/** One question, and what the server did with it. */
export interface Told {
  readonly type: string;
  /** NOERROR, NXDOMAIN, ...; null if there was no reply. */
  readonly rcode: string | null;
  /** The code of a reason (`REASONS`). */
  readonly reason: string | null;
  readonly failure: string | null;
  /** Whether it has a record of the type, or of any for ANY. */
  readonly isAnswered: boolean;
  readonly records: readonly string[];
  readonly ttlSeconds: number | null;
  /** For how long a denial may be kept by others (RFC 2308 §5); null for none. */
  readonly deniedForSeconds: number | null;
  /** Whether the reply by UDP was cut short; what is told then is what came of asking by TCP. */
  readonly wasTruncated: boolean;
  readonly tookUs: number;
  /** The server block; null if none serves the name. */
  readonly block: { readonly at: string; readonly view: string | null } | null;
  readonly steps: readonly ToldStep[];
  /** Server blocks whose views have not taken the client, the nearest first; looked at if there is no answer. */
  readonly passedOver: readonly PassedOver[];
  /** What would come past the caches, if a denial, a failure or what has run out came out of one. */
  readonly pastCache: PastCache | null;
}

/** What comes of the same question on another way. */
export interface Aside {
  readonly rcode: string | null;
  readonly isAnswered: boolean;
}

export interface PastCache extends Aside {
  readonly steps: readonly ToldStep[];
}

export interface PassedOver extends Aside {
  /** Of the block: Corefile:1 */
  readonly at: string;
  readonly view: string;
  /** The condition that is not so, and where it stands; null if the view does not say. */
  readonly condition: { readonly at: string; readonly text: string } | null;
}

export interface ToldStep {
  readonly plugin: string;
  /** Corefile:12 */
  readonly at: string;
  readonly depth: number;
  readonly notes: readonly string[];
  /** The same for programs, where there is more to it than words. */
  readonly facts: readonly TraceFact[];
  /** Null while it waits. */
  readonly outcome: string | null;
}

/** `fine`: it works. `warning`: it resolves, and yet not as people think. `failing`: it does not work. */
export type Level = "fine" | "warning" | "failing";

export interface Verdict {
  /** One of a fixed set: see docs/troubleshooting.md. */
  readonly code: string;
  readonly level: Level;
  readonly sentence: string;
  readonly evidence: readonly string[];
  readonly next: readonly Command[];
  /** What the server cannot see, with the command that can. */
  readonly unseen: readonly Command[];
}

export interface Command {
  readonly why: string;
  readonly command: string;
}
