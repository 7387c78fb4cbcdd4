import { Dice } from "./dice.ts";

/** A zone with all that lookups have rules for, in whatever combination. */
export interface DrawnZone {
  /** With a final dot. */
  readonly origin: string;
  readonly text: string;
  /** Names that lookups have most to say of: owners, names above and below them, siblings. */
  readonly names: readonly string[];
}

const LABELS = ["a", "b", "c", "www", "mail", "_tcp", "*", "x-1", "deep"];
const HEAD =
  "$TTL 300\n@ 600 SOA ns1 host 7 7200 3600 1209600 120\n@ NS ns1\n@ NS ns2.elsewhere.\nns1 A 192.0.2.53\n";

type Kind = "host" | "alias" | "cut" | "dname";

/** @param seed the same one gives the same zone */
export function drawZone(seed: number): DrawnZone {
  const dice = new Dice(seed);
  const origin = `z${seed}.test.`;
  const owners = new Map<string, Kind>([["ns1", "host"]]);
  const lines: string[] = [];
  for (let left = 40; left > 0; left--) {
    const owner = drawOwner(dice);
    if (owners.has(owner) || isHidden(owner, owners)) continue;
    const kind = dice.once(6) ? "alias" : dice.once(8) ? "cut" : dice.once(14) ? "dname" : "host";
    // NSD and Knot want nothing below these, and no wildcard to be one.
    if (kind !== "host" && kind !== "alias" && (owner.startsWith("*") || hasBelow(owner, owners)))
      continue;
    owners.set(owner, kind);
    lines.push(...recordsOf(owner, kind, dice));
  }
  const names = [...owners.keys()].flatMap((owner) => [owner, ...around(owner, dice)]);
  const absolute = [...new Set(names)].map((name) => `${name}.${origin}`);
  return {
    origin,
    text: `${HEAD}${lines.join("\n")}\n`,
    names: [origin, `q.${origin}`, ...absolute],
  };
}

function drawOwner(dice: Dice): string {
  const labels = Array.from({ length: 1 + dice.number(3) }, () => dice.one(LABELS));
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

function recordsOf(owner: string, kind: Kind, dice: Dice): string[] {
  const target = (): string =>
    dice.once(6) ? "host.elsewhere." : drawOwner(dice).replace(/^\*\.?/, "") || "www";
  switch (kind) {
    case "alias":
      return [`${owner} CNAME ${target()}`];
    case "dname":
      return [`${owner} DNAME ${target()}`, ...(dice.once(2) ? [`${owner} TXT "beside"`] : [])];
    case "cut":
      return [
        `${owner} NS ns.${owner}`,
        `${owner} NS ns1`,
        `ns.${owner} A 192.0.2.${dice.number(256)}`,
        ...(dice.once(2) ? [`${owner} DS 1 13 2 ${"0".repeat(64)}`] : []),
      ];
    default: {
      const records = [
        `${owner} A 192.0.2.${dice.number(256)}`,
        `${owner} A 198.51.100.${dice.number(256)}`,
        `${owner} AAAA 2001:db8::${dice.number(9999)}`,
        `${owner} 60 TXT "${dice.number(99)}" "b"`,
        `${owner} MX 10 ${target()}`,
        `${owner} SRV 1 2 80 ${target()}`,
        `${owner} CAA 0 issue "ca.test"`,
      ].filter(() => dice.once(3));
      return records.length > 0 ? records : [`${owner} A 192.0.2.1`];
    }
  }
}

/** Above it, below it, and beside it. */
function around(owner: string, dice: Dice): string[] {
  const above = owner.split(".").slice(1).join(".");
  return [
    ...(above ? [above, `${dice.one(LABELS)}.${above}`] : []),
    `q.${owner}`,
    `${dice.one(LABELS)}.${owner}`,
    `p.q.${owner}`,
    owner.replace(/^[^.]+/, dice.one(LABELS)),
  ];
}
