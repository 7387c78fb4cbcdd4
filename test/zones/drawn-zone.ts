import { Random } from "../fuzz/random.ts";

/** A zone with all that lookups have rules for, in whatever combination. */
export interface DrawnZone {
  /** With a final dot. */
  readonly origin: string;
  readonly text: string;
  /** Names that lookups have most to say of: owners, names above and below them, siblings. */
  readonly names: readonly string[];
  /** Those of them that no cut holds: the zone has an answer of its own. */
  readonly ownNames: readonly string[];
}

const LABELS = ["a", "b", "c", "www", "mail", "_tcp", "*", "x-1", "deep"];
const HEAD =
  "$TTL 300\n@ 600 SOA ns1 host 7 7200 3600 1209600 120\n@ NS ns1\n@ NS ns2.elsewhere.\nns1 A 192.0.2.53\n";

type Kind = "host" | "alias" | "cut" | "dname";

/** @param seed the same one gives the same zone */
export function drawZone(seed: number): DrawnZone {
  const random = new Random(seed);
  const origin = `z${seed}.test.`;
  const owners = new Map<string, Kind>([["ns1", "host"]]);
  const lines: string[] = [];
  for (let left = 40; left > 0; left--) {
    const owner = drawOwner(random);
    if (owners.has(owner) || isHidden(owner, owners)) continue;
    const kind = random.oneIn(6)
      ? "alias"
      : random.oneIn(8)
        ? "cut"
        : random.oneIn(14)
          ? "dname"
          : "host";
    // NSD and Knot want nothing below these, and no wildcard to be one.
    if (kind !== "host" && kind !== "alias" && (owner.startsWith("*") || hasBelow(owner, owners)))
      continue;
    owners.set(owner, kind);
    lines.push(...recordsOf(owner, kind, random));
  }
  const drawn = [...owners.keys()].flatMap((owner) => [owner, ...around(owner, random)]);
  const cuts = [...owners].flatMap(([owner, kind]) => (kind === "cut" ? [owner] : []));
  const isOwn = (name: string): boolean =>
    !cuts.some((cut) => name === cut || name.endsWith(`.${cut}`));
  const absolute = (all: readonly string[]): string[] => [
    origin,
    `q.${origin}`,
    ...new Set(all.map((name) => `${name}.${origin}`)),
  ];
  return {
    origin,
    text: `${HEAD}${lines.join("\n")}\n`,
    names: absolute(drawn),
    ownNames: absolute(drawn.filter(isOwn)),
  };
}

function drawOwner(random: Random): string {
  const labels = Array.from({ length: 1 + random.below(3) }, () => random.pick(LABELS));
  return labels.join(".");
}

/** Whether a cut or a DNAME is above it. */
function isHidden(owner: string, owners: ReadonlyMap<string, Kind>): boolean {
  return [...owners].some(
    ([other, kind]) => (kind === "cut" || kind === "dname") && owner.endsWith(`.${other}`),
  );
}

function hasBelow(owner: string, owners: ReadonlyMap<string, Kind>): boolean {
  return [...owners.keys()].some((other) => other.endsWith(`.${owner}`));
}

function recordsOf(owner: string, kind: Kind, random: Random): string[] {
  const target = (): string =>
    random.oneIn(6) ? "host.elsewhere." : drawOwner(random).replace(/^\*\.?/, "") || "www";
  switch (kind) {
    case "alias":
      return [`${owner} CNAME ${target()}`];
    case "dname":
      return [`${owner} DNAME ${target()}`, ...(random.oneIn(2) ? [`${owner} TXT "beside"`] : [])];
    case "cut":
      return [
        `${owner} NS ns.${owner}`,
        `${owner} NS ns1`,
        `ns.${owner} A 192.0.2.${random.below(256)}`,
        ...(random.oneIn(2) ? [`${owner} DS 1 13 2 ${"0".repeat(64)}`] : []),
      ];
    default: {
      const records = [
        `${owner} A 192.0.2.${random.below(256)}`,
        `${owner} A 198.51.100.${random.below(256)}`,
        `${owner} AAAA 2001:db8::${random.below(9999)}`,
        `${owner} 60 TXT "${random.below(99)}" "b"`,
        `${owner} MX 10 ${target()}`,
        `${owner} SRV 1 2 80 ${target()}`,
        `${owner} CAA 0 issue "ca.test"`,
      ].filter(() => random.oneIn(3));
      return records.length > 0 ? records : [`${owner} A 192.0.2.1`];
    }
  }
}

/** Above it, below it, and beside it. */
function around(owner: string, random: Random): string[] {
  const above = owner.split(".").slice(1).join(".");
  return [
    ...(above ? [above, `${random.pick(LABELS)}.${above}`] : []),
    `q.${owner}`,
    `${random.pick(LABELS)}.${owner}`,
    `p.q.${owner}`,
    owner.replace(/^[^.]+/, random.pick(LABELS)),
  ];
}
