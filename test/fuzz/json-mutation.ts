import type { Random } from "./random.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const ODD_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  65_536,
  0.5,
  "",
  "None",
  "0",
  "10.96.0.300",
  "::ffff:10.0.0.1",
  "fe80::1%eth0",
  "a..b",
  ".",
  "*",
  "é",
  "x".repeat(300),
  `${"a".repeat(63)}.`.repeat(4),
  "__proto__",
  "\0",
  "\ud800",
  "999999999999999999999999",
  [],
  {},
  [null],
  [[[[]]]],
  { name: null },
];
const ODD_KEYS = ["__proto__", "constructor", "", "metadata", "items", "kind"];

/** A value like it, with one part gone, twice, of another type, or with an odd key beside it. */
export function mutateJson(value: unknown, random: Random): unknown {
  const copy = structuredClone(value) as Json;
  const places = containers(copy);
  if (places.length === 0) return random.pick(ODD_VALUES);
  const place = random.pick(places);
  if (Array.isArray(place)) mutateArray(place, random);
  else mutateObject(place, random);
  return copy;
}

function mutateArray(place: Json[], random: Random): void {
  const at = random.below(place.length + 1);
  const [one = null] = place;
  if (random.oneIn(3)) place.splice(at, 1);
  else if (random.oneIn(2)) place.push(...(Array(random.below(40)).fill(one) as Json[]));
  else place[at] = random.pick(ODD_VALUES);
}

function mutateObject(place: { [key: string]: Json }, random: Random): void {
  const keys = Object.keys(place);
  const key = keys.length > 0 ? random.pick(keys) : "x";
  if (random.oneIn(4)) delete place[key];
  else if (random.oneIn(6)) setOwn(place, random.pick(ODD_KEYS), random.pick(ODD_VALUES));
  else if (random.oneIn(5)) setOwn(place, key, { [key]: place[key] ?? null });
  else setOwn(place, key, random.pick(ODD_VALUES));
}

/** As `JSON.parse` does: `__proto__` is a key like all others. */
function setOwn(place: { [key: string]: Json }, key: string, value: Json): void {
  Object.defineProperty(place, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function containers(value: Json): (Json[] | { [key: string]: Json })[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(containers)];
}
