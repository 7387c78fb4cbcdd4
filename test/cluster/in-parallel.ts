/** Calls for all items, at most `limit` at a time, beginning in their order; the first failure ends it. */
export async function inParallel<T, R>(
  items: Iterable<T>,
  limit: number,
  call: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const entries = [...items].entries();
  const work = async (): Promise<void> => {
    for (const [i, item] of entries) results[i] = await call(item);
  };
  await Promise.all(Array.from({ length: limit }, work));
  return results;
}
