import type { Name } from "../../dns/name.ts";
import { defineCapability } from "./capability.ts";

/** Questions whose replies are to be forgotten. */
export interface Flush {
  readonly name: Name;
  /** Whether names below it are meant, too. */
  readonly below: boolean;
  /** All without it. */
  readonly types: ReadonlySet<number> | undefined;
}

/** Somebody who keeps replies. */
export interface KeptReplies {
  /**
   * Forgets replies, some in each turn of the event loop. What comes meanwhile may be kept.
   * @returns how many there were
   */
  flush(flush: Flush): Promise<number>;
}

export const keptReplies = defineCapability<KeptReplies>("kept replies");

/** @param key the question's name in wire form, in lower case */
export function isFlushed({ name, below, types }: Flush, key: string, type: number): boolean {
  if (types && !types.has(type)) return false;
  if (!below) return key === name.key;
  let at = 0;
  while (key.length - at > name.key.length) at += key.charCodeAt(at) + 1;
  return key.length - at === name.key.length && key.endsWith(name.key);
}
