import type { NamePath } from "./name-path.ts";
import { Field, NodeBlocks } from "./node-blocks.ts";
import type { OctetArena } from "./octet-arena.ts";

const FIRST_BUCKETS = 8;
const MAX_EXPECTED = 1 << 20;
const BLOCK_BITS = 14;
const BLOCK_BUCKETS = 1 << BLOCK_BITS;

/**
 * The names of a zone: which node has which. A table by linear hashing (Litwin 1980): each new node splits one bucket, so that
 * none of a million waits for all others to be moved. Nor for the buckets, which are in blocks.
 *
 *     buckets   [0 .. split) are split already: one bit more of the hash counts
 *               [split .. mask]
 *               (mask .. mask + split]
 */
export class NodeTable {
  readonly nodes = new NodeBlocks();
  readonly #arena: OctetArena;
  /** The first node of each, its number and one; what is not there yet is empty. */
  readonly #blocks: (Uint32Array | undefined)[] = [];
  #mask: number;
  #split = 0;
  /** Nodes that are in it. */
  #live = 0;

  /** @param expected about how many names there will be: so many buckets need not be split */
  constructor(arena: OctetArena, expected = 0) {
    this.#arena = arena;
    let buckets = FIRST_BUCKETS;
    while (buckets < Math.min(expected, MAX_EXPECTED)) buckets *= 2;
    this.#mask = buckets - 1;
  }

  get size(): number {
    return this.#live;
  }

  get octets(): number {
    return this.#blocks.reduce((sum, block) => sum + (block?.byteLength ?? 0), this.nodes.octets);
  }

  /** The node with the name that begins at label `label` of the path; -1 if there is none. */
  find(path: NamePath, label: number): number {
    const hash = path.hashes[label] ?? 0;
    for (let next = this.#first(this.#bucketOf(hash)); next !== 0;) {
      const node = next - 1;
      if (this.nodes.get(node, Field.HASH) === hash && this.#isNamed(node, path, label))
        return node;
      next = this.nodes.get(node, Field.NEXT);
    }
    return -1;
  }

  /**
   * As `find`, of a name that stands at `offset` of an arena as `add` puts it there.
   * @param hash of the name, as another table has it
   */
  findKept(arena: OctetArena, offset: number, hash: number): number {
    for (let next = this.#first(this.#bucketOf(hash)); next !== 0;) {
      const node = next - 1;
      if (
        this.nodes.get(node, Field.HASH) === hash &&
        arena.isSame(offset, this.#arena, this.nodes.get(node, Field.NAME))
      )
        return node;
      next = this.nodes.get(node, Field.NEXT);
    }
    return -1;
  }

  /** Whether the node, which is in the table, has the name that begins at label `label` of the path. */
  isNamed(node: number, path: NamePath, label: number): boolean {
    const hash = path.hashes[label] ?? 0;
    return this.nodes.get(node, Field.HASH) === hash && this.#isNamed(node, path, label);
  }

  /** A new node of that name, which there must not be yet, below `parent`. */
  add(path: NamePath, label: number, parent: number): number {
    const start = path.starts[label] ?? 0;
    const octets = path.key.length - start;
    const offset = this.#arena.allocate(octets + 1);
    const position = this.#arena.position(offset);
    const chunk = this.#arena.chunk(offset);
    chunk[position] = octets;
    chunk.write(path.key.slice(start), position + 1, octets, "latin1");
    const node = this.nodes.add();
    const hash = path.hashes[label] ?? 0;
    this.nodes.set(node, Field.HASH, hash);
    this.nodes.set(node, Field.NAME, offset);
    this.nodes.set(node, Field.PARENT, parent);
    this.#link(node, this.#bucketOf(hash));
    this.#live++;
    if (this.#live > this.#mask + this.#split + 1) this.#splitOne();
    return node;
  }

  /** Takes a node out; its number is not used again. */
  remove(node: number): void {
    const bucket = this.#bucketOf(this.nodes.get(node, Field.HASH));
    const next = this.nodes.get(node, Field.NEXT);
    this.#live--;
    if (this.#first(bucket) === node + 1) return this.#setFirst(bucket, next);
    for (let at = this.#first(bucket) - 1; at >= 0;) {
      const after = this.nodes.get(at, Field.NEXT);
      if (after === node + 1) return this.nodes.set(at, Field.NEXT, next);
      at = after - 1;
    }
  }

  #bucketOf(hash: number): number {
    const bucket = hash & this.#mask;
    return bucket < this.#split ? hash & (this.#mask * 2 + 1) : bucket;
  }

  #isNamed(node: number, { key, starts }: NamePath, label: number): boolean {
    const offset = this.nodes.get(node, Field.NAME);
    const chunk = this.#arena.chunk(offset);
    let at = this.#arena.position(offset);
    const start = starts[label] ?? 0;
    if (chunk[at++] !== key.length - start) return false;
    for (let i = start; i < key.length; i++) if (chunk[at++] !== key.charCodeAt(i)) return false;
    return true;
  }

  #link(node: number, bucket: number): void {
    this.nodes.set(node, Field.NEXT, this.#first(bucket));
    this.#setFirst(bucket, node + 1);
  }

  /** Distributes one bucket over two. */
  #splitOne(): void {
    const old = this.#split;
    let next = this.#first(old);
    if (next !== 0) this.#setFirst(old, 0);
    this.#split++;
    while (next !== 0) {
      const node = next - 1;
      next = this.nodes.get(node, Field.NEXT);
      this.#link(node, this.nodes.get(node, Field.HASH) & (this.#mask * 2 + 1));
    }
    if (this.#split <= this.#mask) return;
    this.#split = 0;
    this.#mask = this.#mask * 2 + 1;
  }

  #first(bucket: number): number {
    return this.#blocks[bucket >>> BLOCK_BITS]?.[bucket & (BLOCK_BUCKETS - 1)] ?? 0;
  }

  #setFirst(bucket: number, first: number): void {
    const index = bucket >>> BLOCK_BITS;
    const at = bucket & (BLOCK_BUCKETS - 1);
    let block = this.#blocks[index];
    if (!block || at >= block.length) block = this.#blocks[index] = this.#grown(block);
    block[at] = first;
  }

  /** A zone of a few records should not take a whole block. */
  #grown(block: Uint32Array | undefined): Uint32Array {
    const buckets = Math.min(BLOCK_BUCKETS, (this.#mask + 1) * 2);
    const grown = new Uint32Array(buckets);
    if (block) grown.set(block);
    return grown;
  }
}

/** The key that stands at `offset`. */
export function readKey(arena: OctetArena, offset: number): string {
  const chunk = arena.chunk(offset);
  const position = arena.position(offset);
  const end = position + 1 + (chunk[position] ?? 0);
  return chunk.toString("latin1", position + 1, end);
}
