import { randomInt } from "node:crypto";

/** Decides for one query in which order upstreams are asked. */
export type Policy = <T>(upstreams: readonly T[]) => readonly T[];

export const policyNames = ["random", "round_robin", "sequential"] as const;
export type PolicyName = (typeof policyNames)[number];

/** A policy of its own for each who asks: `round_robin` remembers whose turn it is. */
export function createPolicy(name: PolicyName): Policy {
  if (name === "sequential") return (upstreams) => upstreams;
  return name === "random" ? shuffle : createRoundRobin();
}

/** Fisher and Yates's. */
function shuffle<T>(upstreams: readonly T[]): readonly T[] {
  if (upstreams.length < 2) return upstreams;
  const order = [...upstreams];
  for (let last = order.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

function createRoundRobin(): Policy {
  let turn = 0;
  return (upstreams) => {
    const first = turn++ % upstreams.length;
    return first === 0 ? upstreams : [...upstreams.slice(first), ...upstreams.slice(0, first)];
  };
}
