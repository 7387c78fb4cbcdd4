import type { Directive } from "../../corefile/directive.ts";
import type { ServerBlock } from "../../corefile/server-block.ts";
import { parseNameservers } from "../../upstream/resolv-conf.ts";
import { addressOf, hasAny, listensOn, named, portsOf, quoted } from "../places.ts";
import type { Lint, Machine, Seen, Spot } from "../rule.ts";

const DNS_PORT = 53;

export const forwardToSelf: Lint = {
  id: "forward-to-self",
  level: "warning",
  what: "*forward* leads to an address that its own server block listens on, also by `/etc/resolv.conf`: queries go in circles",
  mend: "name the real servers, as 192.0.2.53; with systemd-resolved write `/run/systemd/resolve/resolv.conf`",
  *find(seen) {
    for (const block of seen.blocks) {
      for (const directive of named(block, "forward")) yield* loops(block, directive, seen);
    }
  },
};

function* loops(block: ServerBlock, directive: Directive, seen: Seen): Iterable<Spot> {
  for (const target of directive.args.slice(1)) {
    const address = addressOf(target.text);
    if (address && listensOn(block, seen, address.host, address.port)) {
      const message = `${quoted(directive)} leads back here: this server block listens on "${target.text}"`;
      yield { at: target, message, hint: "name another server" };
    }
    const isRead = target.text.startsWith("/") && !follows(directive);
    for (const nameserver of isRead ? nameserversIn(target.text, seen.machine) : []) {
      if (!listensOn(block, seen, nameserver, DNS_PORT)) continue;
      const message = `${quoted(directive)} leads back here: "${target.text}" names ${nameserver}`;
      yield { at: target, message, hint: "name the real servers" };
    }
  }
}

/** Such a one leaves this server out by itself. */
function follows({ body }: Directive): boolean {
  return body.some(({ name }) => name.text === "follow");
}

function nameserversIn(path: string, machine: Machine | undefined): string[] {
  try {
    return machine ? parseNameservers(machine.readFile(path)) : [];
  } catch {
    // That it is missing is said by the start.
    return [];
  }
}

export const loopMissing: Lint = {
  id: "loop-missing",
  level: "note",
  what: "*forward* takes its servers from a file, on port 53, and there is neither *loop* nor `follow` to notice if one of them is this server",
  mend: "add `loop`, or `follow` to *forward*",
  *find(seen) {
    for (const block of seen.blocks) {
      if (hasAny(block, ["loop"]) || !portsOf(block, seen).includes(DNS_PORT)) continue;
      for (const directive of named(block, "forward")) {
        const file = directive.args.slice(1).find(({ text }) => text.startsWith("/"));
        if (!file || follows(directive)) continue;
        const message = `"${file.text}" may name this server, and nothing would notice`;
        yield { at: directive, message, hint: 'add "loop"' };
      }
    }
  },
};

export const cacheMissing: Lint = {
  id: "cache-missing",
  level: "note",
  what: "*forward* without *cache*: each query is asked of an upstream",
  mend: "add `cache 30`",
  *find({ blocks }) {
    for (const block of blocks) {
      const [directive] = named(block, "forward");
      if (!directive || hasAny(block, ["cache"])) continue;
      const message = `each query for ${quoted(directive)} is asked of an upstream: there is no "cache"`;
      yield { at: directive, message, hint: 'add "cache 30"' };
    }
  },
};
