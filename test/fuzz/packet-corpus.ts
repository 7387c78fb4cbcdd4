import { Name } from "../../src/dns/name.ts";
import { words } from "../conformance/raw.ts";
import type { PacketDraft, RecordDraft } from "./packet-draft.ts";
import type { Random } from "./random.ts";

/** Names that the server under test has, is near to having, and has nothing of. */
const NAMES = [
  "www.example.org.",
  "big.example.org.",
  "example.org.",
  "www.hosts.test.",
  "four.hosts.test.",
  "9.2.0.192.in-addr.arpa.",
  "cluster.local.",
  "kubernetes.default.svc.cluster.local.",
  "web.shop.svc.cluster.local.",
  "_http._tcp.web.shop.svc.cluster.local.",
  "10-1-2-3.shop.pod.cluster.local.",
  "dns-version.cluster.local.",
  "nobody.shop.svc.cluster.local.",
  "1.0.96.10.in-addr.arpa.",
  `${"0.".repeat(31)}1.ip6.arpa.`,
  "a.b.c.",
  ".",
  "\\000bin\\.dot.example.org.",
  `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}.`,
].map(wireName);

const TYPES = [0, 1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 39, 41, 43, 46, 47, 48, 50, 64, 65];
const RARE_TYPES = [128, 249, 250, 251, 252, 253, 254, 255, 256, 257, 1000, 65_280, 65_535];
const CLASSES = [...Array(30).fill(1), 0, 2, 3, 4, 254, 255, 65_535] as number[];
const FLAGS = [0x0100, 0x0100, 0x0100, 0x0100, 0x0000, 0x0110, 0x0120, 0x0180, 0x0340, 0x0703];
const SIZES = [0, 1, 511, 512, 513, 1232, 1233, 4096, 65_535];
/** NSID, DAU, ECS, EXPIRE, COOKIE, KEEPALIVE, PADDING, CHAIN, EDE, and some that nobody knows. */
const OPTIONS = [3, 5, 8, 9, 10, 11, 12, 13, 15, 20292, 65_001, 65_535];
const TSIG = 250;
const OPT = 41;

export function wireName(text: string): Buffer {
  return Buffer.from(Name.parse(text).wire, "latin1");
}

/** A query as a client might send it, more or less. */
export function draftQuery(random: Random): PacketDraft {
  const sections: PacketDraft["sections"] = [[], [], []];
  if (!random.oneIn(3)) sections[2].push(draftOpt(random));
  return {
    id: random.below(0x1_0000),
    flags: random.pick(FLAGS),
    counts: undefined,
    questions: [
      {
        qname: draftName(random),
        qtype: random.pick(random.oneIn(4) ? RARE_TYPES : TYPES),
        qclass: random.pick(CLASSES),
      },
    ],
    sections,
    tail: Buffer.alloc(0),
  };
}

/** One of the names, perhaps with other letters, or with a label more. */
export function draftName(random: Random): Buffer {
  const name = Buffer.from(random.pick(NAMES));
  if (random.oneIn(3)) mixCase(name, random);
  if (!random.oneIn(4)) return name;
  const label = random.octets(1 + random.below(random.oneIn(8) ? 63 : 8));
  return Buffer.concat([Buffer.from([label.length]), label, name]);
}

function mixCase(name: Buffer, random: Random): void {
  for (let i = 0; i < name.length; i++) {
    const isLetter = /[a-z]/i.test(String.fromCharCode(name[i] ?? 0));
    if (isLetter && random.oneIn(2)) name[i] = (name[i] ?? 0) ^ 0x20;
  }
}

export function draftOpt(random: Random): RecordDraft {
  const version = random.oneIn(12) ? random.below(256) : 0;
  const flags = random.oneIn(3) ? 0x8000 : random.oneIn(6) ? random.below(0x1_0000) : 0;
  const count = random.oneIn(3) ? random.below(6) : 0;
  const options = Array.from({ length: count }, () => draftOption(random));
  return {
    owner: Buffer.from([0]),
    type: OPT,
    class: random.pick(SIZES),
    ttl: ((version << 16) | flags) >>> 0,
    rdata: Buffer.concat(options),
    rdlength: undefined,
  };
}

function draftOption(random: Random): Buffer {
  const data = random.octets(random.oneIn(4) ? random.below(64) : random.pick([0, 1, 2, 4, 8]));
  const length = random.oneIn(24) ? random.below(300) : data.length;
  return Buffer.concat([words(random.pick(OPTIONS), length), data]);
}

/** A record of any kind, among them such as have no place in a query. */
export function draftRecord(random: Random): RecordDraft {
  const type = random.pick([1, 5, 6, 16, 28, 33, 39, OPT, TSIG, random.below(0x1_0000)]);
  return {
    owner: random.oneIn(2) ? Buffer.from([0xc0, 12]) : draftName(random),
    type,
    class: random.pick(CLASSES),
    ttl: random.pick([0, 1, 300, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]),
    rdata: random.oneIn(2) ? draftName(random) : random.octets(random.below(40)),
    rdlength: random.oneIn(6) ? random.below(0x1_0000) : undefined,
  };
}
