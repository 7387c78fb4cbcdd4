const BLOCK_BITS = 12;
const BLOCK_NODES = 1 << BLOCK_BITS;
const FIRST_NODES = 8;

/** Fields of a node, 32 bits each. */
export const Field = {
  /** Of its name. */
  HASH: 0,
  /** The next node of the same bucket, its number and one; 0 for none. */
  NEXT: 1,
  /** Where its name is: a length octet, and as many of its key. */
  NAME: 2,
  /** The first of its RRsets; 0 for none. */
  SETS: 3,
  /** Nodes right below it. */
  CHILDREN: 4,
  /** See `NodeFlag`. */
  FLAGS: 5,
  /** The node right above it; means nothing of the apex. */
  PARENT: 6,
} as const;

export type Field = (typeof Field)[keyof typeof Field];

const STRIDE = 7;

/** Nodes as they were at a moment: what is changed later is changed in copies. */
export type FrozenNodes = readonly Uint32Array[];

/**
 * The nodes of a zone, by number, in blocks of numbers. A block that somebody looks at as it was (`freeze`) is copied before the
 * first change, so that a transfer that takes minutes sends one version of a zone of any size, and costs what is changed meanwhile.
 */
export class NodeBlocks {
  readonly #blocks: Uint32Array[] = [new Uint32Array(FIRST_NODES * STRIDE)];
  /** Which of them are somebody's who must not see them change. */
  readonly #frozen: boolean[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get octets(): number {
    return this.#blocks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  get(node: number, field: Field): number {
    return fieldOf(this.#blocks, node, field);
  }

  set(node: number, field: Field, value: number): void {
    const index = node >>> BLOCK_BITS;
    let block = this.#blocks[index];
    if (block && this.#frozen[index] === true) {
      block = this.#blocks[index] = block.slice();
      this.#frozen[index] = false;
    }
    if (block) block[(node & (BLOCK_NODES - 1)) * STRIDE + field] = value;
  }

  /** The number of a new one, all zeros. */
  add(): number {
    const node = this.#count++;
    const index = node >>> BLOCK_BITS;
    const block = this.#blocks[index];
    if (!block) this.#blocks.push(new Uint32Array(BLOCK_NODES * STRIDE));
    else if ((node & (BLOCK_NODES - 1)) * STRIDE === block.length) {
      const grown = new Uint32Array(block.length * 2);
      grown.set(block);
      this.#blocks[index] = grown;
      this.#frozen[index] = false;
    }
    return node;
  }

  /** All that there are now, as they are now. */
  freeze(): FrozenNodes {
    this.#frozen.length = 0;
    for (let i = 0; i < this.#blocks.length; i++) this.#frozen.push(true);
    return [...this.#blocks];
  }
}

/** A field of a node; 0 for a node that is not there. */
export function fieldOf(blocks: FrozenNodes, node: number, field: Field): number {
  return blocks[node >>> BLOCK_BITS]?.[(node & (BLOCK_NODES - 1)) * STRIDE + field] ?? 0;
}
