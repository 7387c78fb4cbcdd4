import { readFileSync } from "node:fs";
import type { Name } from "../dns/name.ts";
import { parseSearchList } from "../upstream/resolv-conf.ts";

/** What this machine searches, as kubelet adds it to that of pods; nothing without the file. */
export function searchListOfNode(): readonly Name[] {
  try {
    return parseSearchList(readFileSync("/etc/resolv.conf", "utf8"));
  } catch {
    return [];
  }
}
