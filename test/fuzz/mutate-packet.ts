import { draftName, draftOpt, draftQuery, draftRecord } from "./packet-corpus.ts";
import type { PacketDraft, RecordDraft } from "./packet-draft.ts";
import { encodeDraft } from "./packet-draft.ts";
import type { Random } from "./random.ts";

type Mutation = (draft: PacketDraft, random: Random) => void;

/** Names that lead nowhere: to themselves, into the header, ahead, past the end, of other label types. */
const CROOKED_NAMES: readonly string[] = [
  "c00c",
  "c000",
  "c002",
  "c010",
  "ffff",
  "c0ff",
  "03777777c00c",
  "01c0c00d",
  "40",
  "80",
  "bf00",
  "3f",
  "0161",
  "01610162",
  `${"0161".repeat(127)}00`,
  `${"0161".repeat(128)}00`,
  `3f${"61".repeat(63)}`.repeat(4),
];

/** Each breaks one rule of RFC 1035 or RFC 6891, or goes to the edge of one. */
const MUTATIONS: readonly Mutation[] = [
  (draft, random) => (draft.flags = random.below(0x1_0000)),
  (draft, random) => (draft.flags = (draft.flags & 0x87ff) | (random.below(16) << 11)),
  (draft, random) => {
    const edge = (): number => random.pick([0, 0, 1, 1, 2, 255, 10_000, 65_535]);
    draft.counts = [edge(), edge(), edge(), edge()];
  },
  (draft) => (draft.questions = []),
  (draft) => draft.questions.push(...draft.questions),
  (draft, random) => {
    const [question] = draft.questions;
    if (question) question.qname = Buffer.from(random.pick(CROOKED_NAMES), "hex");
  },
  (draft, random) => {
    const [question] = draft.questions;
    if (question) question.qname = random.octets(random.below(80));
  },
  (draft, random) => {
    const [question] = draft.questions;
    if (question) question.qtype = random.below(0x1_0000);
  },
  (draft, random) => draft.sections[2].push(draftOpt(random)),
  (draft, random) => draft.sections[random.below(2)]?.push(draftOpt(random)),
  (draft, random) => draft.sections[random.below(3)]?.push(draftRecord(random)),
  (draft, random) => {
    for (const section of draft.sections) {
      for (const record of section) {
        if (random.oneIn(2)) record.rdlength = random.pick([0, 1, 3, 65_535, random.below(600)]);
      }
    }
  },
  (draft, random) => {
    for (const record of draft.sections[2]) if (random.oneIn(2)) record.owner = draftName(random);
  },
  (draft, random) => (draft.tail = random.octets(random.pick([1, 2, 12, 100]))),
  (draft, random) => {
    const option = Buffer.from([0, random.pick([3, 8, 10, 11, 12]), 0, 0]);
    const [opt] = draft.sections[2];
    if (opt) opt.rdata = Buffer.concat(Array.from({ length: random.below(300) }, () => option));
  },
];

const MAX_MUTATIONS = 3;

/** A packet: a query as a client might send it in one of three cases, else one that some rules are broken of. */
export function mutatedPacket(random: Random): Buffer {
  if (random.oneIn(20)) return random.octets(random.below(300));
  const draft = draftQuery(random);
  if (random.oneIn(3)) return encodeDraft(draft);
  for (let i = random.below(MAX_MUTATIONS + 1); i > 0; i--) random.pick(MUTATIONS)(draft, random);
  return damaged(encodeDraft(draft), random);
}

const RESPONSE_FLAGS = [
  0x8180, 0x8180, 0x8180, 0x8580, 0x8183, 0x8182, 0x8185, 0x8380, 0x8100, 0x0180,
];

/** A response to a packet that is a query, and some rules that are broken of it. */
export function mutatedResponse(query: Buffer, random: Random): Buffer {
  const end = query.indexOf(0, 12) + 1;
  const records = (most: number): RecordDraft[] =>
    Array.from({ length: random.below(most) }, () => draftRecord(random));
  const draft: PacketDraft = {
    id: query.readUInt16BE(0),
    flags: random.pick(RESPONSE_FLAGS),
    counts: undefined,
    questions: [
      {
        qname: query.subarray(12, end),
        qtype: query.readUInt16BE(end),
        qclass: query.readUInt16BE(end + 2),
      },
    ],
    sections: [records(6), records(3), records(3)],
    tail: Buffer.alloc(0),
  };
  if (!random.oneIn(3)) draft.sections[2].push({ ...draftOpt(random), class: 1232 });
  for (const record of draft.sections.flat()) if (!random.oneIn(4)) record.rdlength = undefined;
  for (let i = random.below(MAX_MUTATIONS); i > 0; i--) random.pick(MUTATIONS)(draft, random);
  return random.oneIn(2) ? damaged(encodeDraft(draft), random) : encodeDraft(draft);
}

/** Octets changed, cut off, or put in; in half of the cases none. */
export function damaged(packet: Buffer, random: Random): Buffer {
  if (random.oneIn(2)) return packet;
  const octets = Buffer.from(packet);
  for (let i = random.below(4); i > 0 && octets.length > 0; i--) {
    const at = random.below(octets.length);
    octets[at] = random.oneIn(2) ? random.below(256) : (octets[at] ?? 0) ^ (1 << random.below(8));
  }
  if (random.oneIn(3)) return octets.subarray(0, random.below(octets.length + 1));
  if (!random.oneIn(6)) return octets;
  const at = random.below(octets.length + 1);
  return Buffer.concat([
    octets.subarray(0, at),
    random.octets(1 + random.below(8)),
    octets.subarray(at),
  ]);
}
