/** A duration as Go prints it, so that log lines look as CoreDNS's: `30s`, `5m0s`, `1h0m1.5s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 1) return `${rounded(ms * 1_000)}µs`;
  if (ms < 1_000) return `${rounded(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = `${rounded((ms % 60_000) / 1_000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** Without the last digits, which are only noise of the division. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
