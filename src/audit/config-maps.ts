import { join } from "node:path";
import { IGNORED, MISSING_KEY, NO_COREFILE } from "../check/move-rules.ts";
import type { Finding } from "../check/rule.ts";
import type { AuditedObject } from "./audited-object.ts";
import { nameOf, textsAt } from "./audited-object.ts";
import type { MountedFile } from "./mounted-corefile.ts";
import { MOUNT, MountedCorefile, fileIn } from "./mounted-corefile.ts";

/** NodeLocal's template has another name in its image than in the ConfigMap. */
const COREFILE_KEYS = ["Corefile", "Corefile.base"];
const CUSTOM = join(MOUNT, "custom");
const CUSTOM_KEY = /\.(?:override|server)$/;

/** A Corefile such as managed clusters have, around keys that only add to it. */
const AROUND_CUSTOM = `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        fallthrough in-addr.arpa ip6.arpa
    }
    forward . /etc/resolv.conf
    import custom/*.override
}
import custom/*.server
`;

/** The Corefiles that the Pods of these ConfigMaps would read. */
export function mountedCorefiles(objects: readonly AuditedObject[]): MountedCorefile[] {
  const maps = objects.filter(({ kind }) => kind === "ConfigMap");
  const mains = maps.filter((map) => corefileKey(map) !== undefined);
  const custom = maps.filter(isCustom);
  const added = custom.flatMap((map) => filesOf(map, CUSTOM));
  if (mains.length > 0) {
    return mains.map((map) => {
      const files = new Map([...filesOf(map, MOUNT), ...added]);
      return new MountedCorefile(nameOf(map), join(MOUNT, corefileKey(map) ?? ""), files);
    });
  }
  const [first] = custom;
  if (!first) return [];
  const path = join(MOUNT, "Corefile");
  const made: MountedFile = { text: AROUND_CUSTOM, placeOf: () => first.at([]) };
  return [new MountedCorefile(nameOf(first), path, new Map([[path, made], ...added]), true)];
}

function corefileKey(map: AuditedObject): string | undefined {
  const data = textsAt(map.value, "data");
  return COREFILE_KEYS.find((key) => data[key] !== undefined);
}

function isCustom(map: AuditedObject): boolean {
  if (corefileKey(map) !== undefined) return false;
  const keys = Object.keys(textsAt(map.value, "data"));
  return map.name === "coredns-custom" || keys.some((key) => CUSTOM_KEY.test(key));
}

function filesOf(map: AuditedObject, folder: string): [string, MountedFile][] {
  return Object.entries(textsAt(map.value, "data")).map(([key, text]) => {
    return [join(folder, key), fileIn(map, ["data", key], text)];
  });
}

/**
 * What is odd about the keys: those that nothing reads, and files that are no keys.
 * @param corefiles after they have been read
 */
export function auditKeys(corefiles: readonly MountedCorefile[]): Finding[] {
  return [...unreadKeys(corefiles), ...corefiles.flatMap(missingKeys)];
}

function unreadKeys(corefiles: readonly MountedCorefile[]): Finding[] {
  const all = new Map(
    corefiles.flatMap(({ files }) => [...files].map(([path, file]) => [file, path] as const)),
  );
  for (const { read, files } of corefiles) {
    const texts = [...read].map((path) => files.get(path)?.text ?? "").join("\n");
    for (const [path, file] of files) {
      const key = path.slice(path.lastIndexOf("/") + 1);
      if (read.has(path) || texts.includes(path) || texts.includes(key)) all.delete(file);
    }
  }
  return [...all].map(([file, path]) => {
    const name = path.slice(MOUNT.length + 1);
    const message = `"${name}" is read by nothing: no Corefile imports or names it`;
    return { rule: IGNORED, at: file.placeOf({ line: 1 }), message };
  });
}

/** Files below the mount that a Corefile names, and that are not there. */
function missingKeys(corefile: MountedCorefile): Finding[] {
  const findings: Finding[] = [];
  for (const path of corefile.read) {
    const file = corefile.files.get(path);
    const lines = file?.text.split("\n") ?? [];
    for (const [i, line] of lines.entries()) {
      const [, directive, named = ""] =
        /^\s*(hosts|file)\s+(?:[^/\s][^\s]*\s+)*(\/etc\/coredns\/[^\s{}*?]+)/.exec(line) ?? [];
      if (!file || directive === undefined || corefile.files.has(named)) continue;
      const at = file.placeOf({ line: i + 1, column: line.indexOf(named) + 1 });
      const message = `"${named}" of ${directive} is no key of ${corefile.label}`;
      findings.push({ rule: MISSING_KEY, at, message });
    }
  }
  return findings;
}

/** ConfigMaps that have nothing to do with DNS, where there is nothing else. */
export function withoutCorefile(objects: readonly AuditedObject[]): Finding[] {
  const [first] = objects;
  if (!first) return [];
  const keys = Object.keys(textsAt(first.value, "data")).map((key) => `"${key}"`);
  const list = keys.slice(0, 5).join(", ");
  const has = keys.length === 0 ? "it has none" : `it has ${list}${keys.length > 5 ? " ..." : ""}`;
  const message =
    first.kind === "ConfigMap"
      ? `${nameOf(first)} has no key "Corefile", nor one that ends in ".override" or ".server": ${has}`
      : `${nameOf(first)} has no Corefile, and is no part of a cluster's DNS`;
  return [{ rule: NO_COREFILE, at: first.at(first.kind === "ConfigMap" ? ["data"] : []), message }];
}
