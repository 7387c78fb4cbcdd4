import type { Directive, Token } from "../../corefile/directive.ts";
import type { ServerBlock } from "../../corefile/server-block.ts";
import { Name } from "../../dns/name.ts";
import { parseNetwork as networkOf } from "../../net/network.ts";
import { boundTo, isInCluster, named, portsOf, quoted } from "../places.ts";
import type { Lint, Spot } from "../rule.ts";

const REVERSE = [Name.parse("in-addr.arpa."), Name.parse("ip6.arpa.")];

/** Each word of a server key once: a CIDR makes several keys. */
function keyWords({ keys }: ServerBlock): Token[] {
  return [...new Set(keys.map(({ at }) => at))];
}

export const wildcardZone: Lint = {
  id: "wildcard-zone",
  level: "warning",
  what: "a zone that begins with `*`: that is a name like any other here, not a wildcard",
  mend: "write the zone without `*.`: names below it belong to it",
  *find({ blocks }) {
    for (const block of blocks) {
      const zones = [...keyWords(block), ...block.directives.flatMap(zonesOf)];
      for (const at of zones) {
        const [, rest] = /^(?:\w+:\/\/)?\*\.?(.*)$/s.exec(at.text) ?? [];
        if (rest === undefined) continue;
        const hint = `write "${rest === "" ? "." : rest}": names below a zone belong to it`;
        yield { at, message: `"${at.text}" is no wildcard, but a zone of that very name`, hint };
      }
    }
  },
};

/** Arguments that are zones, as far as the directive has any. */
function zonesOf({ name, args }: Directive): readonly Token[] {
  if (name.text === "forward") return args.slice(0, 1);
  const words = ["acl", "cache", "kubernetes", "k8s_external", "any", "loadbalance"];
  return words.includes(name.text) ? args.filter(({ text }) => text !== "*") : [];
}

/** Names that a zone may well have. */
const ALSO_ZONES = new Set(["local", "on", "any", "file", "log", "loop", "secondary", "view"]);

export const directiveOutside: Lint = {
  id: "directive-outside",
  level: "warning",
  what: "a server block whose zone is the name of a plugin: most likely a directive that stands outside of its block",
  mend: "move it into a server block; a brace may be closed too early",
  *find({ blocks, plugins }) {
    for (const block of blocks) {
      const [first, ...others] = keyWords(block);
      if (!first || !plugins.has(first.text)) continue;
      if (others.length === 0 && ALSO_ZONES.has(first.text)) continue;
      const message = `"${first.text}" is taken for a zone, and is the name of a plugin`;
      yield { at: first, message, hint: "move it into a server block" };
    }
  },
};

export const bindSplitsPort: Lint = {
  id: "bind-splits-port",
  level: "note",
  what: "a server block listens on an address of its own, another one on all addresses of the same port: queries to the first address never come to the second block",
  mend: "give both the same *bind*",
  *find(seen) {
    const all = seen.blocks.map((block) => ({
      block,
      bound: boundTo(block),
      ports: portsOf(block, seen),
    }));
    for (const { block, bound, ports } of all) {
      if (bound.length === 0) continue;
      const other = all.find(
        (one) => one.bound.length === 0 && ports.some((port) => one.ports.includes(port)),
      );
      const [at] = named(block, "bind");
      if (!other || !at) continue;
      const where = `the server block "${other.block.keys[0]?.at.text}" in line ${other.block.at.line}`;
      const message = `queries to "${bound.join(" ")}" never come to ${where}, which has all other addresses`;
      yield { at, message, hint: "give both the same bind" };
    }
  },
};

export const reverseMissing: Lint = {
  id: "reverse-missing",
  level: "note",
  what: "*kubernetes* in a cluster without reverse zones: addresses of Services and Pods have no names, and are asked of upstreams",
  mend: "add `in-addr.arpa ip6.arpa` with `fallthrough in-addr.arpa ip6.arpa`, or the CIDRs of the cluster",
  *find({ blocks }) {
    const directives = blocks.flatMap((block) =>
      block.directives.filter(isInCluster).map((directive) => ({ block, directive })),
    );
    const isReverse = ({ block, directive }: (typeof directives)[number]): boolean => {
      const words = directive.args.length > 0 ? directive.args : keyWords(block);
      return words.some(({ text }) => text.includes("/") || isReverseZone(text));
    };
    const [first] = directives;
    if (!first || directives.some(isReverse)) return;
    const message = `addresses of the cluster have no names: ${quoted(first.directive)} has no reverse zone`;
    yield { at: first.directive, message, hint: 'add "in-addr.arpa ip6.arpa"' };
  },
};

function isReverseZone(text: string): boolean {
  return Name.tryParse(text.replace(/:\d+$/, "").toLowerCase())?.isWithinAny(REVERSE) ?? false;
}

export const cidrHostBits: Lint = {
  id: "cidr-host-bits",
  level: "warning",
  what: "a network with bits behind its prefix, as 10.1.2.3/8: they are ignored, and the network is wider than it looks",
  mend: "write the network, or the prefix that was meant",
  *find({ blocks }) {
    for (const block of blocks) {
      for (const at of [...keyWords(block), ...block.directives.flatMap(wordsOf)]) {
        const spot = hostBits(at);
        if (spot) yield spot;
      }
    }
  },
};

/** Not those that are texts for somebody else. */
function wordsOf({ name, args, body }: Directive): Token[] {
  if (["template", "rewrite", "log", "on"].includes(name.text)) return [];
  return [...args, ...body.flatMap(wordsOf)].filter((token) => !token.quoted);
}

function hostBits(at: Token): Spot | undefined {
  const network = networkOf(at.text);
  if (network === undefined || network.isExact) return undefined;
  const message = `"${at.text}" stands for ${network.text}: bits behind the prefix are ignored`;
  return { at, message, hint: "write the network that is meant" };
}
