import type { RecordedAnswer } from "./recorded-answer.ts";

/** A place where our answer is another one than CoreDNS's, on purpose. */
export interface DeliberateDifference {
  /** Names of the sets. */
  readonly sets: readonly string[];
  /** The questions, as lines. */
  readonly questions: RegExp;
  readonly why: string;
  /** Our answer, made of the recorded one. */
  readonly ours: (recorded: RecordedAnswer) => RecordedAnswer;
}

/** All differences of some sets, and which of them have been met. */
export class DifferenceList {
  readonly #all: readonly DeliberateDifference[];
  readonly #used = new Set<DeliberateDifference>();

  constructor(all: readonly DeliberateDifference[]) {
    this.#all = all;
  }

  /** What is expected of us where CoreDNS gave the recorded answer. */
  expected(set: string, question: string, recorded: RecordedAnswer): RecordedAnswer {
    let answer = recorded;
    for (const difference of this.#all) {
      if (!difference.sets.includes(set) || !difference.questions.test(question)) continue;
      this.#used.add(difference);
      answer = difference.ours(answer);
    }
    return answer;
  }

  /** Differences that no question shows any more. */
  unused(): string[] {
    return this.#all.filter((one) => !this.#used.has(one)).map(({ why }) => why);
  }
}

function withPayload(recorded: RecordedAnswer): RecordedAnswer {
  return recorded.edns ? { ...recorded, edns: { ...recorded.edns, payload: 1232 } } : recorded;
}

/** In the answers to questions about plugins. */
export const pluginDifferences: readonly DeliberateDifference[] = [
  {
    sets: ["forward", "wire", "file-zone"],
    questions: / \+(bufsize=4096|ednsver=1)$/,
    why: "We announce our own payload size, not the client's or none (RFC 6891 §6.2.3).",
    ours: withPayload,
  },
  {
    sets: ["wire"],
    questions: / \+opcode=NOTIFY$/,
    why: "A NOTIFY that is not for us is refused, not left without an answer (RFC 1996 §3.7, H12).",
    ours: (recorded) => ({ ...recorded, rcode: "NOTAUTH", flags: "QR RD" }),
  },
  {
    sets: ["template"],
    questions: /^foo\.invalid TXT$/,
    why: "A client without EDNS gets no OPT record (RFC 6891 §6.1.1).",
    ours: (recorded) => ({ ...recorded, edns: null }),
  },
  {
    sets: ["template"],
    questions: /^foo\.invalid TXT \+edns$/,
    why: "The DO bit is the client's, an extended error does not set it (RFC 3225 §3).",
    ours: (recorded) => {
      return recorded.edns ? { ...recorded, edns: { ...recorded.edns, do: false } } : recorded;
    },
  },
];

/** In the answers to questions about the cluster. */
export const clusterDifferences: readonly DeliberateDifference[] = [];
