import { parseNameservers } from "../upstream/resolv-conf.ts";
import { hasFile, readText } from "./system-files.ts";
import type { System } from "./system.ts";

export const RESOLV_CONF = "/etc/resolv.conf";

/** The words of the line `hosts:` of nsswitch.conf(5), in lower case; the C library's default without it. */
export function hostSources(system: Pick<System, "root">): string[] {
  const text = readText(system, "/etc/nsswitch.conf");
  const [, line = "files dns"] = /^\s*hosts:([^#\n]*)/m.exec(text) ?? [];
  return line.trim().toLowerCase().split(/\s+/);
}

export function nameserversOf(system: Pick<System, "root">): string[] {
  return parseNameservers(readText(system, RESOLV_CONF));
}

/** Whether the C library is musl, which reads no nsswitch.conf. */
export function isMusl(system: Pick<System, "root">): boolean {
  const loaders = ["x86_64", "aarch64"].map((cpu) => `/lib/ld-musl-${cpu}.so.1`);
  // Others may have it beside their own.
  const glibc = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
  const has = (paths: readonly string[]): boolean => paths.some((path) => hasFile(system, path));
  return has(loaders) && !has(glibc);
}
