/**
 * Items in the order of their keys, one by one: what a sort does at once is done a little before each of them (a heap),
 * so that whoever takes ten thousand of them need not do so in one go.
 */
export function* inOrder<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
): Generator<T, void, undefined> {
  const heap = Array.from(items, (item): Keyed<T> => ({ item, key: keyOf(item) }));
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at);
  while (heap.length > 0) {
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last) return;
    if (heap.length > 0) {
      heap[0] = last;
      sink(heap, 0);
    }
    yield first.item;
  }
}

interface Keyed<T> {
  readonly item: T;
  readonly key: string;
}

/** Restores the order below one that may be too high up. */
function sink<T>(heap: Keyed<T>[], from: number): void {
  const sinking = heap[from] as Keyed<T>;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    const left = heap[child];
    if (!left) break;
    const right = heap[child + 1];
    if (right && right.key < left.key) child++;
    const smaller = heap[child] as Keyed<T>;
    if (sinking.key <= smaller.key) break;
    heap[at] = smaller;
    at = child;
  }
  heap[at] = sinking;
}
