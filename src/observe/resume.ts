import { guard } from "./faults.ts";

const LOOK_EVERY_MS = 1_000;
/** The wall clock went on so much further than the one that stands still while a machine sleeps. */
const SLEPT_MS = 5_000;

type Listener = (sleptMs: number) => void;

const listeners = new Set<Listener>();
let timer: NodeJS.Timeout | undefined;

/**
 * Tells when the machine has been asleep: connections may be dead then, and nobody would say so. A clock that was set
 * looks the same, which does no harm. Where the monotonic clock goes on in sleep (Windows, macOS), a look that comes late tells.
 * @returns ends that
 */
export function onResume(listener: Listener): () => void {
  listeners.add(listener);
  timer ??= watch();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function watch(): NodeJS.Timeout {
  let wallMs = Date.now();
  let monotonicMs = performance.now();
  const look = guard("look whether the machine was asleep", () => {
    const wall = Date.now() - wallMs;
    const monotonic = performance.now() - monotonicMs;
    wallMs += wall;
    monotonicMs += monotonic;
    const sleptMs = Math.max(wall - monotonic, monotonic - LOOK_EVERY_MS);
    if (sleptMs >= SLEPT_MS) for (const listener of listeners) listener(sleptMs);
  });
  return setInterval(look, LOOK_EVERY_MS).unref();
}
