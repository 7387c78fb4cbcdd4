/** Slots of one size: those never used, and those that are free again. */
export class SlotPool {
  readonly slotOctets: number;
  readonly first: number;
  readonly #count: number;
  #used = 0;
  readonly #free: number[] = [];
  #hand = 0;

  constructor(slotOctets: number, first: number, count: number) {
    this.slotOctets = slotOctets;
    this.first = first;
    this.#count = count;
  }

  /** Behind the last slot that has been in use. */
  get end(): number {
    return this.first + this.#used;
  }

  has(slot: number): boolean {
    return slot >= this.first && slot < this.end;
  }

  /** A free slot, or -1. Lower ones come first, so that memory is touched late. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    return this.#used < this.#count ? this.first + this.#used++ : -1;
  }

  /** Whether `take` would give one. */
  get hasFree(): boolean {
    return this.#free.length > 0 || this.#used < this.#count;
  }

  free(slot: number): void {
    this.#free.push(slot);
  }

  /** The next slot in a round through all, as the hand of a clock. */
  next(): number {
    if (this.#hand >= this.#used) this.#hand = 0;
    return this.first + this.#hand++;
  }
}
