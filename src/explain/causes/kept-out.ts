import type { AccessFact } from "../../server/contract/trace-fact.ts";
import type { Cause } from "../finding.ts";
import { isAnswered, weightOnTheWay } from "../finding.ts";
import { factsIn } from "../told-facts.ts";
import { commands } from "./commands.ts";

const DONE: Readonly<Record<AccessFact["action"], string>> = {
  allow: "lets it pass",
  block: "refuses it (REFUSED)",
  filter: "answers it with nothing (NOERROR without records)",
  drop: "gives no reply at all",
};

/** A rule of `acl` has ended the question. */
export const aclKeepsOut: Cause = (seen) => {
  // What an ExternalName leads to is another name, which is judged as such.
  const isOfTarget = seen.facts?.service?.type === "ExternalName" && seen.targets.length > 0;
  if (isAnswered(seen) || isOfTarget) return undefined;
  const stated = factsIn(seen.answers, "access").find(({ fact }) => fact.action !== "allow");
  if (!stated) return undefined;
  const { action, at, rule, isForClient } = stated.fact;
  return {
    code: "kept-out-by-acl",
    level: "failing",
    weight: weightOnTheWay(seen, 103),
    sentence: `plugin/acl keeps ${isForClient ? "this client" : "everybody"} from "${seen.name}": "${rule}" (${at}) ${DONE[action]}`,
    evidence: [
      `the client's address is ${seen.address}`,
      isForClient
        ? "others may get an answer: the rule goes by who asks"
        : "the rule makes no difference between clients",
    ],
    next: [
      commands.explainFrom(seen.name, "what another client gets"),
      commands.check("after changing the rule: what is wrong with the file"),
    ],
  };
};

/** A server block that is only for others has the name. */
export const viewKeepsOut: Cause = (seen) => {
  if (isAnswered(seen)) return undefined;
  const told = seen.answers.find(({ passedOver }) => passedOver.length > 0);
  const answering = told?.passedOver.find((one) => one.isAnswered);
  // If the block denies the name as well, it makes no difference that the client was kept out.
  const over = answering ?? (told?.block === null ? told.passedOver[0] : undefined);
  if (!told || !over) return undefined;
  const { condition } = over;
  return {
    code: "kept-out-by-view",
    level: "failing",
    weight: weightOnTheWay(seen, 102),
    sentence: `View "${over.view}" (${over.at}) keeps this client from "${seen.name}": its condition does not hold`,
    evidence: [
      `the client's address is ${seen.address}`,
      ...(condition ? [`"${condition.text}" (${condition.at}) is not true for it`] : []),
      over.isAnswered
        ? "the server block behind the view would answer"
        : `the server block behind the view would say ${over.rcode ?? "nothing"}`,
      told.block === null
        ? "no other server block serves the name, so it is refused"
        : `server block ${told.block.at} says ${told.rcode ?? "nothing"} in its place`,
    ],
    next: [
      commands.explainFrom(seen.name, "what a client gets that the view is for"),
      commands.check("after changing the condition: what is wrong with the file"),
    ],
  };
};
