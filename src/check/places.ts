import { isIP } from "node:net";
import type { Directive } from "../corefile/directive.ts";
import type { ServerBlock } from "../corefile/server-block.ts";
import type { Seen } from "./rule.ts";

/** The directives of a block that have the name, in the order of the file. */
export function named(block: ServerBlock, name: string): readonly Directive[] {
  return block.directives.filter((directive) => directive.name.text === name);
}

export function hasAny(block: ServerBlock, names: readonly string[]): boolean {
  return block.directives.some((directive) => names.includes(directive.name.text));
}

/** A directive's first line, in quotes. */
export function quoted({ name, args }: Directive): string {
  return `"${[name, ...args].map(({ text }) => text).join(" ")}"`;
}

export function portsOf(block: ServerBlock, { defaultPort }: Seen): number[] {
  return [...new Set(block.keys.map(({ port }) => port ?? defaultPort))];
}

/** What `bind` names: addresses and interfaces; none stands for all addresses. */
export function boundTo(block: ServerBlock): string[] {
  const words = named(block, "bind").flatMap(({ args }) => args.map(({ text }) => text));
  return words.some((word) => /^(?:0\.0\.0\.0|::)$/.test(word)) ? [] : words;
}

/** Whether a packet that this machine sends to the address and port comes to the block. */
export function listensOn(block: ServerBlock, seen: Seen, host: string, port: number): boolean {
  if (!portsOf(block, seen).includes(port)) return false;
  const bound = boundTo(block);
  if (bound.length > 0) return bound.includes(host);
  return isLoopback(host) || (seen.machine?.addresses.includes(host) ?? false);
}

function isLoopback(host: string): boolean {
  return host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** `192.0.2.1`, `dns://192.0.2.1:53`, `[2001:db8::1]:53`; undefined for what is no plain DNS at an address. */
export function addressOf(text: string): { host: string; port: number } | undefined {
  const rest = text.replace(/^dns:\/\//, "");
  if (isIP(rest) !== 0) return { host: rest, port: 53 };
  const [, bracketed, plain, port = "53"] =
    /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(rest) ?? [];
  const host = bracketed ?? plain ?? "";
  return isIP(host) === 0 ? undefined : { host, port: Number(port) };
}

/** Whether it is for Pods of a cluster that it itself runs in. */
export function isInCluster({ name, body }: Directive): boolean {
  const elsewhere = ["manifests", "endpoint", "kubeconfig"];
  return name.text === "kubernetes" && !body.some((sub) => elsewhere.includes(sub.name.text));
}
