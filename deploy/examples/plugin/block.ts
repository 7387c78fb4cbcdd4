import {
  atLeastOne,
  definePlugin,
  ExtendedErrorCode,
  extendedErrorOption,
  noBody,
  parseZones,
  Rcode,
  Reply,
} from "portolan/plugin";

const BLOCKED = [extendedErrorOption(ExtendedErrorCode.BLOCKED, "blocked by the operator")];

/** `block NAMES...`: there are no such names, nor any below them. */
export const block = definePlugin({
  api: 1,
  name: "block",

  parse(directive) {
    noBody(directive);
    return parseZones(atLeastOne(directive));
  },

  create(names, { metrics }) {
    const blocked = metrics.counter("coredns_block_total", "Queries for names that are blocked.").with();
    return {
      // The server may repeat replies without asking again: what they say depends on nothing.
      passable: true,
      serve(query, next) {
        if (!query.qname.isWithinAny(names)) return next(query);
        query.trace?.note("blocked");
        blocked.value++;
        const reply = new Reply(Rcode.NXDOMAIN);
        reply.options = BLOCKED;
        // Those that it repeats are counted, too.
        reply.repetition = { count: (hits) => (blocked.value += hits) };
        return reply;
      },
    };
  },
});
