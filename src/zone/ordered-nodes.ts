import { compareKeys } from "./canonical-order.ts";

/** Twice as many as a block has when it has just been cut in two. */
const BLOCK_NODES = 512;

interface Block {
  readonly nodes: Uint32Array;
  count: number;
}

/**
 * Nodes in canonical order of their names, as those with NSEC records, which a denial has to find the one before a name among. Sorted
 * blocks: a node that comes behind all others, as in a file that is in order, is compared once.
 */
export class OrderedNodes {
  readonly #keyOf: (node: number) => string;
  readonly #blocks: Block[] = [];

  constructor(keyOf: (node: number) => string) {
    this.#keyOf = keyOf;
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** Adds a node, unless it is there. */
  add(node: number): void {
    const key = this.#keyOf(node);
    const last = this.#blocks.at(-1);
    if (!last || this.#compare(last, last.count - 1, key) < 0) return this.#append(node);
    const index = this.#blockFor(key);
    const block = this.#blocks[index] ?? last;
    const at = this.#placeIn(block, key);
    if (at < block.count && block.nodes[at] === node) return;
    this.#insert(index, block, at, node);
  }

  remove(node: number): void {
    const key = this.#keyOf(node);
    const index = this.#blockFor(key);
    const block = this.#blocks[index];
    const at = block ? this.#placeIn(block, key) : 0;
    if (!block || block.nodes[at] !== node || at >= block.count) return;
    block.nodes.copyWithin(at, at + 1, block.count);
    if (--block.count === 0) this.#blocks.splice(index, 1);
  }

  /** All of them in order, as long as nothing is changed. */
  *nodes(): Generator<number, void> {
    for (const { nodes, count } of this.#blocks)
      for (let at = 0; at < count; at++) yield nodes[at] ?? 0;
  }

  /** The node with that name, or else the last one in front of it; of a name in front of all, the last of all. -1 if there is none. */
  atOrBefore(key: string): number {
    const index = this.#blockFor(key);
    const block = this.#blocks[index];
    if (!block) return -1;
    const at = this.#placeIn(block, key);
    if (at < block.count && this.#compare(block, at, key) === 0) return block.nodes[at] ?? -1;
    if (at > 0) return block.nodes[at - 1] ?? -1;
    const before = this.#blocks.at(index - 1);
    return before?.nodes[before.count - 1] ?? -1;
  }

  #append(node: number): void {
    const last = this.#blocks.at(-1);
    if (last && last.count < BLOCK_NODES) last.nodes[last.count++] = node;
    else
      this.#insert(this.#blocks.length, { nodes: new Uint32Array(BLOCK_NODES), count: 0 }, 0, node);
  }

  #insert(index: number, block: Block, at: number, node: number): void {
    if (block.count === 0) this.#blocks.splice(index, 0, block);
    if (block.count < BLOCK_NODES) {
      block.nodes.copyWithin(at + 1, at, block.count);
      block.nodes[at] = node;
      block.count++;
      return;
    }
    const half = BLOCK_NODES / 2;
    const upper: Block = { nodes: new Uint32Array(BLOCK_NODES), count: half };
    upper.nodes.set(block.nodes.subarray(half));
    block.count = half;
    this.#blocks.splice(index + 1, 0, upper);
    if (at <= half) this.#insert(index, block, at, node);
    else this.#insert(index + 1, upper, at - half, node);
  }

  /** The last block whose first name is not behind the key; the first one if all are. */
  #blockFor(key: string): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const block = this.#blocks[middle];
      if (block && this.#compare(block, 0, key) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Where in the block the first name is that is not in front of the key. */
  #placeIn(block: Block, key: string): number {
    let low = 0;
    let high = block.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(block, middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(block: Block, at: number, key: string): number {
    return compareKeys(this.#keyOf(block.nodes[at] ?? 0), key);
  }
}
