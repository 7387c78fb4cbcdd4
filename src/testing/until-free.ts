/** Tests have many sockets open; a port that is free for UDP may be taken for TCP. */
const ATTEMPTS = 50;

/** Tries `open` again while it rejects because an address is in use. */
export async function untilFree<T>(open: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== "EADDRINUSE" || attempt === ATTEMPTS) throw cause;
    }
  }
}
