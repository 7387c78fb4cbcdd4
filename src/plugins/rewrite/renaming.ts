import type { RE2JS } from "re2js";
import { MAX_NAME_OCTETS, Name, isKeyWithin } from "../../dns/name.ts";
import { lowerCaseName, nameOf, nameText } from "./name-text.ts";
import type { ReplacementPart } from "./replacement.ts";
import { fillIn, groupsOf } from "./replacement.ts";

/** What a name in a reply becomes; the same one if it stays as it is. */
export type Renaming = (name: Name) => Name;

/** A name, and those below it, into another one and those below that. */
export function remap(from: Name, to: Name): Renaming {
  return (name) => {
    if (name.key === from.key) return to;
    if (!isKeyWithin(name.key, from.key)) return name;
    const wire = name.wire.slice(0, name.wire.length - from.wire.length) + to.wire;
    if (wire.length <= MAX_NAME_OCTETS) return Name.fromWire(wire);
    const text = nameText(name);
    return nameOf(text.slice(0, -nameText(from).length) + nameText(to), text);
  };
}

/** A name below one name into one below another; the others are undefined. */
export function moveBelow(from: Name, to: Name): (name: Name) => Name | undefined {
  return (name) => {
    if (name.key === from.key || !isKeyWithin(name.key, from.key)) return undefined;
    const wire = name.wire.slice(0, name.wire.length - from.wire.length) + to.wire;
    if (wire.length <= MAX_NAME_OCTETS) return Name.fromWire(wire);
    const text = nameText(name);
    return nameOf(text.slice(0, -nameText(from).length) + nameText(to), text);
  };
}

/** The end of a name into another end, be it in the middle of a label. */
export function resuffix(from: string, to: string): Renaming {
  const [below, above] = [zoneOf(from), zoneOf(to)];
  if (below && above) {
    const move = moveBelow(below, above);
    return (name) => move(name) ?? name;
  }
  return (name) => {
    if (!nameText(lowerCaseName(name)).endsWith(from)) return name;
    const text = nameText(name);
    return nameOf(text.slice(0, text.length - from.length) + to, text);
  };
}

/** What `.example.` is the end of all names below; undefined if it is anything else. */
export function zoneOf(suffix: string): Name | undefined {
  return /^\.[^.]/.test(suffix) ? Name.tryParse(suffix.slice(1)) : undefined;
}

export function rematch(from: RE2JS, to: readonly ReplacementPart[]): Renaming {
  return (name) => {
    const text = nameText(name);
    const groups = groupsOf(from, text);
    return groups ? nameOf(fillIn(to, groups), text) : name;
  };
}
