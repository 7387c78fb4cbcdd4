import type { Random } from "../fuzz/random.ts";

const NAMES = ["@", "a", "b", "c", "d", "x.a", "y.x.b", "*.d"];
const RECORDS = [
  ...["1", "2", "3"].map((last) => `A 192.0.2.${last}`),
  "AAAA 2001:db8::1",
  'TXT "x"',
  'TXT "y"',
  "MX 10 a",
  "MX 10 A",
  "CNAME a",
  "CNAME b",
  "TYPE65280 \\# 2 0102",
];
const TYPES = ["A", "AAAA", "TXT", "MX", "CNAME", "TYPE65280"];

/** An update with some conditions, in the words of `parseUpdate`; often what it is about is there, and often not. */
export function drawUpdate(random: Random): string[] {
  const prerequisites = random.oneIn(2) ? 0 : 1 + random.below(2);
  const lines = Array.from({ length: prerequisites }, () => drawPrerequisite(random));
  const updates = 1 + random.below(4);
  return [...lines, ...Array.from({ length: updates }, () => drawChange(random))];
}

function drawPrerequisite(random: Random): string {
  const name = drawName(random);
  switch (random.below(5)) {
    case 0:
      return `prereq nxdomain ${name}`;
    case 1:
      return `prereq yxdomain ${name}`;
    case 2:
      return `prereq nxrrset ${name} ${random.pick(TYPES)}`;
    case 3:
      return `prereq yxrrset ${name} ${random.pick(TYPES)}`;
    default:
      return `prereq yxrrset ${name} ${random.pick(RECORDS)}`;
  }
}

function drawChange(random: Random): string {
  const name = drawName(random);
  switch (random.below(8)) {
    case 0:
      return `delete ${name}`;
    case 1:
      return `delete ${name} ${random.pick([...TYPES, "NS", "SOA"])}`;
    case 2:
    case 3:
      return `delete ${name} ${random.pick([...RECORDS, "NS ns"])}`;
    default:
      return `add ${name} 60 ${random.pick(RECORDS)}`;
  }
}

/** Now and then one of somebody else's zone. */
function drawName(random: Random): string {
  return random.oneIn(60) ? "a.example.net." : random.pick(NAMES);
}
