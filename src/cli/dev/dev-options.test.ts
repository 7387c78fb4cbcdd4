import { expect, it } from "vitest";
import { DEV } from "../commands/dev.ts";
import { readArguments } from "../arguments.ts";
import { chooseContexts } from "./chosen-contexts.ts";
import { parseDevOptions } from "./dev-options.ts";

const ENV = { KUBECONFIG: "/a:/b", HOME: "/nobody" };

function parse(line: string, env: NodeJS.ProcessEnv = ENV): unknown {
  const args = line.split(" ").filter((word) => word !== "");
  return parseDevOptions(readArguments(args, DEV.flags), env);
}

it("takes several contexts, and the kubeconfig as kubectl does", () => {
  expect(parse("-context a --context b -n shop")).toEqual({
    admin: undefined,
    isStubWanted: false,
    kubeconfig: "/a:/b",
    contexts: ["a", "b"],
    namespace: "shop",
  });
});

it("takes manifests in the place of a cluster", () => {
  expect(parse("-manifests /m", {})).toEqual({
    admin: undefined,
    isStubWanted: false,
    manifests: "/m",
    namespace: undefined,
  });
});

it.each([
  ["", { HOME: "/nobody" }, /^Cannot find a cluster: KUBECONFIG is not set, .* by -manifests$/],
  ["-namespace a.b", ENV, 'Cannot serve namespace "a.b": not a label of DNS'],
  ["-manifests m -context a", ENV, "leave out -context or -manifests"],
])("%j makes no sense", (line, env, message) => {
  expect(() => parse(line, env)).toThrow(message);
});

const ALL = [
  { name: "staging", namespace: "shop" },
  { name: "prod", namespace: "" },
];

it.each([
  [[], "prod", { current: "prod", contexts: ["prod"] }],
  [["staging", "prod"], "prod", { current: "prod", contexts: ["staging", "prod"] }],
  [["staging"], "prod", { current: "staging", contexts: ["staging"] }],
])("of contexts, %j are served where %s is the current one", (wanted, current, expected) => {
  const chosen = chooseContexts({ current, all: ALL }, wanted, "/k");
  expect({ ...chosen, contexts: chosen.contexts.map(({ name }) => name) }).toEqual(expected);
});

it.each([
  [["stagin"], "prod", 'Cannot find context "stagin" in kubeconfig "/k": did you mean "staging"?'],
  [["x"], "prod", 'Cannot find context "x" in kubeconfig "/k": it has "staging", "prod"'],
  [[], "", /^Cannot choose a context: kubeconfig "\/k" has no current one; .* it has "staging"/],
])("%j with %j as the current one is no context", (wanted, current, message) => {
  expect(() => chooseContexts({ current, all: ALL }, wanted, "/k")).toThrow(message);
});
