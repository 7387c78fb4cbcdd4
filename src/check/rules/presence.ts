import type { Position } from "../../corefile/corefile-error.ts";
import type { Directive } from "../../corefile/directive.ts";
import { hasAny, isInCluster, named } from "../places.ts";
import type { Lint, Seen, Spot } from "../rule.ts";

/** Those whose answers come from somewhere that may fail. */
const MAY_FAIL = ["forward", "kubernetes", "etcd", "k8s_external", "gateway", "nodes", "template"];

export const errorsMissing: Lint = {
  id: "errors-missing",
  level: "note",
  what: "a server block whose answers may fail has no *errors*: nobody would read why",
  mend: "add `errors`",
  *find({ blocks }) {
    for (const block of blocks) {
      if (!hasAny(block, MAY_FAIL) || hasAny(block, ["errors"])) continue;
      const zones = block.keys.map(({ at }) => at.text).join(" ");
      const message = `failures in the server block "${zones}" are logged nowhere`;
      yield { at: block.at, message, hint: 'add "errors"' };
    }
  },
};

/** What a cluster looks at, and none of the server blocks has. */
function* missing(seen: Seen, plugin: string, loss: string): Iterable<Spot> {
  if (seen.blocks.some((block) => hasAny(block, [plugin]))) return;
  const at = firstInCluster(seen);
  if (!at) return;
  yield { at, message: `${loss}: there is no "${plugin}"`, hint: `add "${plugin}"` };
}

function firstInCluster({ blocks }: Seen): Directive | undefined {
  return blocks.flatMap(({ directives }) => directives).find(isInCluster);
}

export const readyMissing: Lint = {
  id: "ready-missing",
  level: "note",
  what: "*kubernetes* in a cluster without *ready*: Pods get queries before they know the cluster",
  mend: "add `ready`, and a readiness probe for port 8181, path `/ready`",
  find: (seen) => missing(seen, "ready", "a Pod may get queries before it knows the cluster"),
};

export const healthMissing: Lint = {
  id: "health-missing",
  level: "note",
  what: "*kubernetes* in a cluster without *health*: a Pod that hangs is not started anew",
  mend: "add `health { lameduck 5s }`, and a liveness probe for port 8080, path `/health`",
  find: (seen) => missing(seen, "health", "a Pod that hangs would not be started anew"),
};

export const logsAll: Lint = {
  id: "logs-all",
  level: "note",
  what: "*log* writes a line for every query, which costs more than answering it",
  mend: "keep `class error` or `class denial`, or name the zones that matter",
  *find({ blocks }) {
    for (const directive of blocks.flatMap((block) => named(block, "log"))) {
      const names = directive.args.filter(({ text }) => !text.includes("{") && text !== ".");
      const classes = directive.body.flatMap(({ args }) => args.map(({ text }) => text));
      if (names.length > 0 || (classes.length > 0 && !classes.includes("all"))) continue;
      const message = '"log" writes a line for every query';
      yield { at: directive, message, hint: 'keep "class error", or name zones' };
    }
  },
};

export const debugOn: Lint = {
  id: "debug-on",
  level: "note",
  what: "*debug* is for looking for a fault, not for every day",
  mend: "remove it when the fault has been found",
  *find({ blocks }) {
    const all: readonly Position[] = blocks.flatMap((block) => named(block, "debug"));
    for (const at of all) {
      yield { at, message: '"debug" is on', hint: "remove it when the fault has been found" };
    }
  },
};
