import { hostSources, nameserversOf } from "../name-service.ts";
import { hasFile } from "../system-files.ts";
import type { System } from "../system.ts";

const SOCKET = "/run/systemd/resolve/io.systemd.Resolve";

/** @returns why programs do not ask systemd-resolved here, undefined if they do */
export async function whyNotResolved(system: System): Promise<string | undefined> {
  if (system.platform !== "linux") return "this is no Linux";
  if (!hasFile(system, SOCKET)) return "systemd-resolved does not run";
  // It leaves the socket behind when it ends.
  const { code } = await system.run(["resolvectl", "dns"]);
  if (code !== 0) return "systemd-resolved does not answer";
  const asks = nameserversOf(system).some((address) => /^127\.0\.0\.5[34]$/.test(address));
  if (asks || hostSources(system).includes("resolve")) return undefined;
  return "systemd-resolved runs, but neither /etc/resolv.conf nor /etc/nsswitch.conf leads to it";
}

/** 0 if it cannot be told. */
export async function resolvedVersion(system: System): Promise<number> {
  const { stdout } = await system.run(["resolvectl", "--version"]);
  return Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? 0);
}

/** `~zone` sends names there, a bare one completes names as well. */
export function domainWords(zones: readonly string[], search: readonly string[]): string[] {
  return [...zones.map((zone) => `~${zone}`), ...search];
}

export const RESTART = { argv: ["systemctl", "restart", "systemd-resolved.service"] };

/** It adds it only to names without a dot; the C library reads it of resolv.conf for all. */
export const SEARCH_NOTE =
  'The search list works for programs that read /etc/resolv.conf; nss-resolve of systemd completes only names without a dot, so that "web.shop" needs a zone of its own there.';
