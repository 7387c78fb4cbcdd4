import { INDEX_AT, INDEX_MASK, MAX_PROBES, SLOT_MASK, Slot } from "./layout.ts";
import { hasTag, indexWord, slotAt } from "./layout.ts";
import type { QuestionKey } from "./question-key.ts";

/**
 * Looks a question up. A reader may do so while the writer moves words of the index: it can
 * overlook a reply then, but never takes one for another.
 * @returns the slot, or -1
 */
export function findSlot(words: Int32Array, key: QuestionKey): number {
  const { hash } = key;
  for (let i = 0; i < MAX_PROBES; i++) {
    const word = words[INDEX_AT + ((hash + i) & INDEX_MASK)] as number;
    if (word === 0) return -1;
    if (!hasTag(word, hash)) continue;
    const slot = (word & SLOT_MASK) - 1;
    if (key.isIn(words, slotAt(slot))) return slot;
  }
  return -1;
}

/** Makes a slot findable. @returns false if there is no room near its place. */
export function linkSlot(words: Int32Array, hash: number, slot: number): boolean {
  for (let i = 0; i < MAX_PROBES; i++) {
    const at = INDEX_AT + ((hash + i) & INDEX_MASK);
    if (words[at] !== 0) continue;
    Atomics.store(words, at, indexWord(hash, slot));
    return true;
  }
  return false;
}

/**
 * Takes a slot out, and closes the gap: words behind it that were put there only because their
 * own places were taken move up, so that a free word always ends a search.
 */
export function unlinkSlot(words: Int32Array, hash: number, slot: number): void {
  const word = indexWord(hash, slot);
  let gap = hash & INDEX_MASK;
  for (let i = 0; words[INDEX_AT + gap] !== word; i++) {
    if (i >= MAX_PROBES) return;
    gap = (gap + 1) & INDEX_MASK;
  }
  for (let at = gap; ;) {
    at = (at + 1) & INDEX_MASK;
    const next = words[INDEX_AT + at] as number;
    if (next === 0) break;
    const home = words[slotAt((next & SLOT_MASK) - 1) + Slot.hash] as number;
    // It may move to the gap unless its home lies between the gap and where it is.
    if (((at - home) & INDEX_MASK) < ((at - gap) & INDEX_MASK)) continue;
    Atomics.store(words, INDEX_AT + gap, next);
    gap = at;
  }
  Atomics.store(words, INDEX_AT + gap, 0);
}
