import { randomFillSync } from "node:crypto";

const pool = new Uint32Array(1024);
let used = pool.length;

/** A uniform integer from 0 to below `limit`, which is small against 2^32. */
export function randomBelow(limit: number): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return (pool[used++] as number) % limit;
}
