/** Waits for something outside, such as a file system, but not for ever. @returns whether it came; rejects as it does */
export async function inTime(work: Promise<unknown> | void, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(late.resolve, timeoutMs, false);
  try {
    return await Promise.race([Promise.resolve(work).then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
