/** A row of the survey of advisories against DNS servers, and the test that would have caught it. */
export interface Advisory {
  readonly row: number;
  readonly advisory: string;
  readonly test: NamedTest | undefined;
  /** Why it does not apply, where there is no test. */
  readonly why: string;
}

export interface NamedTest {
  /** Below the checkout. */
  readonly file: string;
  /** Part of its title. */
  readonly title: string;
}

type Cover = Pick<Advisory, "test" | "why">;

function tested(file: string, title: string): Cover {
  return { test: { file, title }, why: "" };
}

function notHere(why: string): Cover {
  return { test: undefined, why };
}

const HTTPS = notHere("`https://` is not built yet");
const QUIC = notHere("`quic://` is not built yet");

/** Row by row; each has a test, or a reason. */
export const ADVISORIES: readonly Advisory[] = [
  { row: 1, advisory: "DNS-01-003", ...tested("test/incidents/incidents.test.ts", "DNS-01-003: ") },
  {
    row: 2,
    advisory: "CVE-2019-19794",
    ...tested("test/incidents/incidents.test.ts", "CVE-2019-19794: "),
  },
  { row: 3, advisory: "CVE-2017-15133", ...tested("src/transport/tcp.test.ts", "T15 makes room") },
  {
    row: 4,
    advisory: "CVE-2018-17419",
    ...tested("src/zone/file/zone-text.test.ts", "a zone file"),
  },
  {
    row: 5,
    advisory: "CoreDNS #5174",
    ...tested("test/incidents/incidents.test.ts", "CoreDNS #5174: "),
  },
  {
    row: 6,
    advisory: "CVE-2022-2835, CVE-2022-2837",
    ...tested("test/incidents/server.test.ts", "CVE-2022-2835"),
  },
  {
    row: 7,
    advisory: "CVE-2023-28452",
    ...tested("test/incidents/incidents.test.ts", "CVE-2023-28452: "),
  },
  {
    row: 8,
    advisory: "CVE-2023-30464",
    ...tested("test/incidents/incidents.test.ts", "CVE-2023-30464: "),
  },
  {
    row: 9,
    advisory: "CVE-2024-0874",
    ...tested("test/incidents/incidents.test.ts", "CVE-2024-0874: "),
  },
  {
    row: 10,
    advisory: "CoreDNS #8272",
    ...tested("test/incidents/incidents.test.ts", "CoreDNS #8272: "),
  },
  { row: 11, advisory: "CVE-2025-47950, CVE-2026-32934", ...QUIC },
  {
    row: 12,
    advisory: "CVE-2025-58063",
    ...tested("test/incidents/incidents.test.ts", "CVE-2025-58063: "),
  },
  {
    row: 13,
    advisory: "CVE-2025-59530",
    ...tested("test/soak/soak.test.ts", "twelve seconds of all that may happen"),
  },
  { row: 14, advisory: "CVE-2025-68151", ...HTTPS },
  { row: 15, advisory: "CVE-2026-26017", ...notHere("neither `acl` nor `rewrite` is built yet") },
  {
    row: 16,
    advisory: "CoreDNS #8289, #8290",
    ...notHere("neither `acl` nor `autopath` is built yet"),
  },
  {
    row: 17,
    advisory: "CVE-2026-26018",
    ...tested(
      "src/plugins/loop/loop-detector.test.ts",
      "takes no notice of a probe that somebody replays",
    ),
  },
  { row: 18, advisory: "CVE-2026-32936", ...HTTPS },
  {
    row: 19,
    advisory: "CVE-2026-33489",
    ...tested("src/server/pipeline/zone-router.test.ts", "agrees with comparing every zone"),
  },
  {
    row: 20,
    advisory: "CVE-2026-33190, CVE-2026-35579",
    ...tested("src/plugins/tsig/tsig.test.ts", "is NOTAUTH, and the reason told"),
  },
  {
    row: 21,
    advisory: "CoreDNS 530b0a5ff",
    ...tested(
      "test/conformance/properties.test.ts",
      "whatever the counts promise of 60 kilooctets, and in 5 ms",
    ),
  },
  { row: 22, advisory: "CoreDNS #8254", ...HTTPS },
  {
    row: 23,
    advisory: "CoreDNS #7737, #7802",
    ...tested("src/plugins/template/parse.test.ts", "the template directive"),
  },
  {
    row: 24,
    advisory: "CoreDNS #8312",
    ...tested(
      "src/transport/native/udp-native.test.ts",
      "loses what the main thread is too slow for, and counts it; memory still answers",
    ),
  },
  {
    row: 25,
    advisory: "CoreDNS #8154, #8190, #8256, #8276, #8207",
    ...tested("test/fuzz/fuzz.test.ts", "packets: 100000 cases"),
  },
  {
    row: 26,
    advisory: "CVE-2020-25684, -25685, -25686",
    ...tested("test/incidents/incidents.test.ts", "CVE-2020-25684: "),
  },
  {
    row: 27,
    advisory: "CVE-2021-3448",
    ...tested("test/incidents/incidents.test.ts", "CVE-2021-3448: "),
  },
  {
    row: 28,
    advisory: "CVE-2017-14491, -14495, CVE-2020-25681",
    ...tested("test/incidents/server.test.ts", "CVE-2017-14491"),
  },
  {
    row: 29,
    advisory: "CVE-2026-2291",
    ...tested("src/dns/name.test.ts", "goes to text and back, whatever its octets"),
  },
  {
    row: 30,
    advisory: "CVE-2020-12662, -12663",
    ...tested("test/incidents/incidents.test.ts", "CVE-2020-12662: "),
  },
  {
    row: 31,
    advisory: "CVE-2022-30698, -30699, CVE-2026-40622, -42955",
    ...tested("test/incidents/incidents.test.ts", "CVE-2022-30698: "),
  },
  {
    row: 32,
    advisory: "CVE-2023-50387, -50868",
    ...notHere(
      "nothing is validated: `dnssec` only signs, and an upstream's AD and DO are passed on",
    ),
  },
  {
    row: 33,
    advisory: "CVE-2024-33655",
    ...tested(
      "src/server/pipeline/waiting-queries.test.ts",
      "are refused at once when their client has too many, and no others are",
    ),
  },
  {
    row: 34,
    advisory: "CVE-2024-8508, CVE-2026-44390",
    ...tested("test/incidents/server.test.ts", "CVE-2024-8508"),
  },
  {
    row: 35,
    advisory: "CVE-2024-1931",
    ...tested("test/incidents/server.test.ts", "CVE-2024-1931"),
  },
  {
    row: 36,
    advisory: "CVE-2025-5994, CVE-2025-30192",
    ...tested("test/incidents/incidents.test.ts", "CVE-2025-5994: "),
  },
  {
    row: 37,
    advisory: "CVE-2026-41292, -42944",
    ...tested("test/incidents/server.test.ts", "CVE-2026-41292"),
  },
  {
    row: 38,
    advisory: "CVE-2026-42534, -41637",
    ...tested("test/incidents/incidents.test.ts", "CVE-2026-42534: "),
  },
  { row: 39, advisory: "CVE-2026-54478", ...notHere("`proxyproto` is not built yet") },
  {
    row: 40,
    advisory: "CVE-2026-46582, -55717",
    ...tested("test/incidents/incidents.test.ts", "CVE-2026-46582: "),
  },
  {
    row: 41,
    advisory: "CVE-2026-44687",
    ...tested("test/incidents/incidents.test.ts", "CVE-2026-44687: "),
  },
  {
    row: 42,
    advisory: "CVE-2026-50252",
    ...tested("src/upstream/udp-sockets.test.ts", "takes its sockets in another order each time"),
  },
  {
    row: 43,
    advisory: "CVE-2024-25581",
    ...tested("test/incidents/server.test.ts", "CVE-2024-25581"),
  },
  {
    row: 44,
    advisory: "CVE-2025-30193",
    ...tested("test/incidents/server.test.ts", "CVE-2025-30193"),
  },
  { row: 45, advisory: "CVE-2025-30187, -30194", ...HTTPS },
  { row: 46, advisory: "CVE-2026-24029", ...notHere("`acl` is not built yet") },
  {
    row: 47,
    advisory: "CVE-2026-33596",
    ...tested(
      "src/upstream/stream-connections.test.ts",
      "never gives a reply to the wrong query, though the ids go round many times",
    ),
  },
  {
    row: 48,
    advisory: "CVE-2026-42004, CVE-2018-14663",
    ...tested("test/incidents/incidents.test.ts", "CVE-2018-14663: "),
  },
  {
    row: 49,
    advisory: "CVE-2026-33257, -42005, -40011",
    ...tested(
      "src/plugins/prometheus/prometheus.test.ts",
      "lumps together types that few ask for, so that nobody can make more series",
    ),
  },
  {
    row: 50,
    advisory: "CVE-2023-26437",
    ...tested("test/incidents/incidents.test.ts", "CVE-2023-26437: "),
  },
  {
    row: 51,
    advisory: "CVE-2022-0396",
    ...tested("test/incidents/server.test.ts", "CVE-2022-0396"),
  },
  {
    row: 52,
    advisory: "CVE-2021-23386",
    ...tested("test/incidents/server.test.ts", "CVE-2021-23386"),
  },
  {
    row: 53,
    advisory: "dns2 before 3.1.1",
    ...tested("src/dns/name.test.ts", "does not take a dot in a label for a separator"),
  },
  {
    row: 54,
    advisory: "CVE-2023-44487, CVE-2025-59465, CVE-2026-21637, -21714",
    ...notHere("TLS and HTTP/2 are not served yet; the image's Node is pinned by the lock file"),
  },
  {
    row: 55,
    advisory: "kubernetes-client/javascript #596, #364, #958, #494",
    ...tested("test/soak/soak.test.ts", "twelve seconds of all that may happen"),
  },
];
