import { hostname } from "node:os";
import type { RecordedAnswer } from "./recorded-answer.ts";

/** A place where our answer is another one than CoreDNS's, on purpose. */
export interface DeliberateDifference {
  /** Names of the sets. */
  readonly sets: readonly string[];
  /** The questions, as lines. */
  readonly questions: RegExp;
  /** Only from the second time on that a question is asked. */
  readonly again?: true;
  readonly why: string;
  /** Our answer, made of the recorded one and the name asked for. */
  readonly ours: (recorded: RecordedAnswer, qname: string) => RecordedAnswer;
}

/** All differences of some sets, and which of them have been met. */
export class DifferenceList {
  readonly #all: readonly DeliberateDifference[];
  readonly #used = new Set<DeliberateDifference>();
  readonly #asked = new Set<string>();

  constructor(all: readonly DeliberateDifference[]) {
    this.#all = all;
  }

  /** What is expected of us where CoreDNS gave the recorded answer. */
  expected(set: string, question: string, recorded: RecordedAnswer): RecordedAnswer {
    let answer = recorded;
    const id = `${set} ${question.toLowerCase()}`;
    const isFirst = !this.#asked.has(id);
    this.#asked.add(id);
    for (const difference of this.#all) {
      if (difference.again && isFirst) continue;
      if (!difference.sets.includes(set) || !difference.questions.test(question)) continue;
      this.#used.add(difference);
      answer = difference.ours(answer, question.slice(0, question.indexOf(" ")));
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

/** Each SOA record of the authority section with no more than its minimum for a TTL. */
function withBoundDenials(recorded: RecordedAnswer): RecordedAnswer {
  const authority = recorded.authority.map((line) =>
    line.replace(/^(\S+) (\d+) (IN SOA .* )(\d+)$/, (_line, owner, ttl, rest, minimum) => {
      return `${owner} ${Math.min(Number(ttl), Number(minimum))} ${rest}${minimum}`;
    }),
  );
  return { ...recorded, authority };
}

/** NODATA of *hosts* with a SOA record of the zone. */
function withHostsSoa(zone: string): (recorded: RecordedAnswer) => RecordedAnswer {
  const soa = `${zone} 60 IN SOA ${zone} nobody.invalid. SERIAL 3600 1200 604800 60`;
  return (recorded) => ({ ...recorded, authority: [soa] });
}

const BOUND_DENIALS =
  "The TTL of a denial's SOA record is at most its minimum, whoever it comes from (RFC 2308 §3).";
const HOSTS_SOA = "NODATA has a SOA record, so that it can be cached (RFC 2308 §2.2).";

const NO_AUTHORITY =
  "What was kept of another server's answer has no authority (RFC 1035 §4.1.1, F13).";

function withoutAuthority(recorded: RecordedAnswer): RecordedAnswer {
  const flags = recorded.flags.split(" ").filter((flag) => flag !== "AA");
  return { ...recorded, flags: flags.join(" ") };
}

/** In the answers to questions about plugins. */
export const pluginDifferences: readonly DeliberateDifference[] = [
  {
    sets: ["file-zone"],
    questions: /^db\.example\.net ANY/,
    why: "A name that has records is not denied to those who ask for any (RFC 8482 §4.1).",
    ours: (recorded) => ({
      ...recorded,
      answer: ["db.example.net. 300 IN A 192.0.2.80", "db.example.net. 300 IN A 192.0.2.81"],
      authority: ["example.net. 300 IN NS ns1.example.net."],
    }),
  },
  {
    sets: ["forward", "file-zone", "any-minimal", "rewrite-name", "rewrite-edns-rcode", "dns64"],
    questions: /(example\.net|corp\.test) /,
    why: BOUND_DENIALS,
    ours: withBoundDenials,
  },
  {
    sets: ["hosts-file"],
    questions: /^(alpha\.example\.org MX|beta\.example\.org AAAA)$/,
    why: HOSTS_SOA,
    ours: withHostsSoa("example.org."),
  },
  {
    sets: ["hosts-inline"],
    questions: /^uno\.test AAAA$/,
    why: HOSTS_SOA,
    ours: withHostsSoa("uno.test."),
  },
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
    sets: ["cache"],
    questions: /^(db|DB|nothere)\.\S+ A$/,
    again: true,
    why: NO_AUTHORITY,
    ours: withoutAuthority,
  },
  {
    sets: ["rewrite-edns-rcode"],
    questions: /./,
    why: "A client without EDNS gets no OPT record, whatever is sent to upstreams (RFC 6891 §6.1.1).",
    ours: (recorded) => ({ ...recorded, edns: null }),
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
  {
    sets: ["acl"],
    questions: /^(db\.example\.net AAAA|example\.net TXT)$/,
    why: "A client without EDNS gets no OPT record (RFC 6891 §6.1.1).",
    ours: (recorded) => ({ ...recorded, edns: null }),
  },
  {
    sets: ["acl"],
    questions: / \+edns$/,
    why: "The DO bit is the client's, an extended error does not set it (RFC 3225 §3).",
    ours: (recorded) => {
      return recorded.edns ? { ...recorded, edns: { ...recorded.edns, do: false } } : recorded;
    },
  },
  {
    sets: ["chaos-nsid"],
    questions: / \+nsid$/,
    why: "The DO bit is the client's, an identifier does not set it (RFC 3225 §3).",
    ours: (recorded) => {
      return recorded.edns ? { ...recorded, edns: { ...recorded.edns, do: false } } : recorded;
    },
  },
  {
    sets: ["chaos-nsid"],
    questions: /^hostname\.bind TXT CH$/,
    why: "The answers were recorded on a machine of another name.",
    ours: (recorded) => ({
      ...recorded,
      answer: [`hostname.bind. 0 CH TXT "${hostname()}"`],
    }),
  },
  {
    sets: ["chaos-nsid"],
    questions: /^example\.org TXT CH$/,
    why: "Plugins that know only data of class IN are not asked for other classes; CoreDNS sends what cannot be read.",
    ours: () => ({
      rcode: "SERVFAIL",
      flags: "QR RD",
      answer: [],
      authority: [],
      additional: [],
      edns: null,
    }),
  },
  {
    sets: ["erratic"],
    questions: /^example\.org A(AAA)?$/,
    why: "One reply of one is truncated, that is each: amounts are numbers, not bits.",
    ours: (recorded) => ({ ...recorded, flags: "QR AA TC RD" }),
  },
];

/** The machine that CoreDNS's answers about the cluster were recorded on. */
export const RECORDED_MACHINE = {
  lo: ["127.0.0.1", "::1"],
  eth0: ["192.0.2.2", "fd00::2", "fe80::fc:ff:fe00:1"],
};

/** The answer about name servers where no Service for DNS has an endpoint on the machine. */
function withOwnNameServer(recorded: RecordedAnswer, qname: string): RecordedAnswer {
  const [line = ""] = [...recorded.answer, ...recorded.authority];
  const ttl = line.split(" ")[1];
  const isIpv6 = recorded.answer.length === 0;
  const addresses = RECORDED_MACHINE.eth0.map((address) => {
    return `ns.dns.cluster.local. ${ttl} IN ${address.includes(":") ? "AAAA" : "A"} ${address}`;
  });
  if (qname === "cluster.local.") {
    const answer = [`cluster.local. ${ttl} IN NS ns.dns.cluster.local.`];
    return { ...recorded, answer, additional: addresses };
  }
  const answer = addresses.filter((one) => one.includes(" AAAA ") === isIpv6);
  return { ...recorded, answer, authority: [] };
}

/** The same about the name server of a zone for those outside the cluster. */
function withOwnExternalServer(recorded: RecordedAnswer, qname: string): RecordedAnswer {
  const addresses = RECORDED_MACHINE.eth0.map((address) => {
    return `ns1.dns.example.org. 9 IN ${address.includes(":") ? "AAAA" : "A"} ${address}`;
  });
  if (qname === "example.org.") return { ...recorded, additional: addresses };
  return { ...recorded, answer: addresses, authority: [] };
}

function ofType(type: string, { answer, ...rest }: RecordedAnswer): RecordedAnswer {
  return { ...rest, answer: answer.filter((line) => line.split(" ")[3] === type) };
}

/** A transfer with each record once, and one TTL for an RRset. */
function withoutDuplicates({ answer, ...rest }: RecordedAnswer): RecordedAnswer {
  const own = "ns.dns.cluster.local.";
  const lines = answer.map((line) =>
    line.replace("NS kubernetes.default.svc.cluster.local.", `NS ${own}`),
  );
  const addresses = RECORDED_MACHINE.eth0.map((address) => {
    return `${own} 0 IN ${address.includes(":") ? "AAAA" : "A"} ${address}`;
  });
  const soa = lines.filter((line) => line.includes(" SOA "));
  const others = lines.filter((line) => !line.includes(" SOA ") && !line.includes(" 0 IN A "));
  return { ...rest, answer: [...soa, ...new Set(others), ...addresses].toSorted() };
}

/** In the answers to questions about the cluster. */
export const clusterDifferences: readonly DeliberateDifference[] = [
  {
    sets: ["transfer"],
    questions: /^cluster\.local\. AXFR$/,
    why: "Each record is sent once, with one TTL for all of an RRset (RFC 2181 §5), and the API server serves no DNS.",
    ours: withoutDuplicates,
  },
  {
    sets: ["transfer"],
    questions: /^svc\.cluster\.local\. AXFR$/,
    why: "No zone begins there (RFC 5936 §2.2.1); CoreDNS makes up one with the Services below it.",
    ours: (recorded) => ({ ...recorded, rcode: "TransferError", answer: [] }),
  },
  {
    sets: ["verified", "endpoint_pod_names", "namespaces", "fallthrough_all", "autopath"],
    questions: /example\.net\. /,
    why: BOUND_DENIALS,
    ours: withBoundDenials,
  },
  {
    sets: ["default"],
    questions: /^db\.example\.net\. (A|AAAA)$/,
    why: NO_AUTHORITY,
    ours: withoutAuthority,
  },
  {
    sets: [
      "default",
      "bare",
      "verified",
      "endpoint_pod_names",
      "namespaces",
      "fallthrough_all",
      "autopath",
      "external",
    ],
    questions: /^(cluster\.local\. NS|ns\.dns\.cluster\.local\. (A|AAAA))$/,
    why: "The API server of the same machine serves no DNS, so no NS record names its Service.",
    ours: withOwnNameServer,
  },
  {
    sets: ["external"],
    questions: /^example\.org\. NS$/,
    why: "The API server of the same machine serves no DNS: the zone's server is the machine.",
    ours: withOwnExternalServer,
  },
  {
    sets: ["external"],
    questions: /^ns1\.dns\.example\.org\. A$/,
    why: "The API server of the same machine serves no DNS: the zone's server is the machine.",
    ours: (recorded, qname) => ofType("A", withOwnExternalServer(recorded, qname)),
  },
  {
    sets: ["external"],
    questions: /^ns1\.dns\.example\.org\. AAAA$/,
    why: "The API server of the same machine serves no DNS: the zone's server is the machine.",
    ours: (recorded, qname) => ofType("AAAA", withOwnExternalServer(recorded, qname)),
  },
];

const CLUSTERSET_SOA =
  "clusterset.local. 7 IN SOA ns.dns.clusterset.local. hostmaster.clusterset.local. SERIAL 7200 1800 86400 7";

/** In the answers to questions about a cluster of a cluster set. */
export const clustersetDifferences: readonly DeliberateDifference[] = [
  {
    sets: ["multicluster"],
    questions: / ANY$/,
    why: "ANY on a name that exists gets HINFO (RFC 8482 §4.2).",
    ours: (recorded, qname) =>
      recorded.rcode === "NOERROR"
        ? { ...recorded, answer: [`${qname} 7 IN HINFO "RFC8482" ""`], authority: [] }
        : recorded,
  },
  {
    sets: ["multicluster"],
    questions: /nowhere\.data\.svc\.clusterset\.local\. SRV$/,
    why: "Endpoints of a cluster without a name have SRV records, not a name with an empty label.",
    ours: (_recorded, qname) => ({
      rcode: "NOERROR",
      flags: "AA",
      answer: [`${qname} 7 IN SRV 0 100 5432 db-0.nowhere.data.svc.clusterset.local.`],
      authority: [],
      additional: ["db-0.nowhere.data.svc.clusterset.local. 7 IN A 172.23.1.1"],
    }),
  },
  {
    sets: ["multicluster"],
    questions: /^1\.1\.22\.172\.in-addr\.arpa\. PTR$/,
    why: "An imported endpoint has no name in the cluster: there is no PTR, not one with an empty label.",
    ours: () => ({
      rcode: "NXDOMAIN",
      flags: "AA",
      answer: [],
      authority: [CLUSTERSET_SOA.replaceAll("clusterset.local", "in-addr.arpa")],
      additional: [],
    }),
  },
  {
    sets: ["multicluster"],
    questions: /^(pending\.shop\S+ TXT|portless\.shop\S+ (SRV|TXT))$/,
    why: "A name that exists is not denied, whatever the type asked for (RFC 2308 §2.2).",
    ours: (recorded) => ({ ...recorded, rcode: "NOERROR" }),
  },
  {
    sets: ["multicluster"],
    questions: /^portless\.shop\.svc\.clusterset\.local\. A$/,
    why: "A ServiceImport without ports has its addresses, as a Service without ports has.",
    ours: (recorded, qname) => {
      const found: RecordedAnswer = { ...recorded, rcode: "NOERROR" };
      return { ...found, answer: [`${qname} 7 IN A 10.112.0.3`], authority: [] };
    },
  },
];
