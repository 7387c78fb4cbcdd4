import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { UNRESOLVED_NAME } from "../../check/move-rules.ts";
import type { Finding } from "../../check/rule.ts";
import type { ServerBlock } from "../../corefile/server-block.ts";

/** Names are asked for at the same time, and no longer. */
const TIMEOUT_MS = 3_000;
/** More are not asked for. */
const MAX_NAMES = 100;

/** @returns why a name has no address; undefined if it has one */
export type LookUp = (host: string) => Promise<string | undefined>;

/** Upstreams of *forward* whose names have no address on this machine. */
export async function unresolvedNames(
  blocks: readonly ServerBlock[],
  lookUp: LookUp = lookUpInTime,
): Promise<Finding[]> {
  const forwards = blocks.flatMap(({ directives }) => {
    return directives.filter(({ name }) => name.text === "forward");
  });
  const upstreams = forwards
    .flatMap(({ args }) => args.slice(1))
    .flatMap((token) => {
      const host = hostOf(token.text);
      return host === undefined ? [] : [{ token, host }];
    });
  const hosts = [...new Set(upstreams.map(({ host }) => host))].slice(0, MAX_NAMES);
  const reasons = new Map(
    await Promise.all(hosts.map(async (host) => [host, await lookUp(host)] as const)),
  );
  return upstreams.flatMap(({ token, host }) => {
    const reason = reasons.get(host);
    const message = `"${host}" has no address here: ${reason ?? ""}`;
    return reason === undefined ? [] : [{ rule: UNRESOLVED_NAME, at: token, message }];
  });
}

/** Of `tls://dns.example%name:853`; undefined for addresses and paths. */
function hostOf(upstream: string): string | undefined {
  const text = upstream.replace(/^[a-z\d]+:\/\//, "").replace(/%.*$/, "");
  const host = text.replace(/:\d+$/, "");
  if (isIP(host) !== 0 || isIP(text) !== 0) return undefined;
  return /^(?=.*[a-z])[\w-]+(?:\.[\w-]+)*\.?$/i.test(host) ? host : undefined;
}

async function lookUpInTime(host: string): Promise<string | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(`no answer in ${TIMEOUT_MS / 1_000} s`), TIMEOUT_MS);
  const found = lookup(host).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}
