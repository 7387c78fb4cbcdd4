import { expect, it } from "vitest";
import { AccessError } from "../access.ts";
import { chooseContext } from "./kubeconfig-document.ts";

const CONFIG = `
current-context: dev
contexts:
- {name: dev, context: {cluster: one, user: alice}}
- {name: prod, context: {cluster: two}}
- {name: nowhere, context: {user: alice}}
- {name: lost, context: {cluster: three, user: alice}}
- {name: nobody, context: {cluster: one, user: bob}}
- {name: 7}
clusters:
- {name: one, cluster: {server: "https://one"}}
- {name: two, cluster: {server: "https://two"}}
- {name: one, cluster: {server: "https://again"}}
users:
- {name: alice, user: {token: a}}
`;

it("takes the current context", () => {
  expect(chooseContext("f", CONFIG, undefined)).toEqual({
    context: "dev",
    cluster: { server: "https://one" },
    user: { token: "a" },
  });
});

it("takes the context that is asked for, also without a user", () => {
  expect(chooseContext("f", CONFIG, "prod")).toEqual({
    context: "prod",
    cluster: { server: "https://two" },
    user: {},
  });
});

const MANY = `contexts: [${Array.from({ length: 12 }, (_, i) => `{name: c${i}}`).join(", ")}]`;

it.each([
  ["none", CONFIG, 'it has no context "none"; it has "dev", "prod", "nowhere", "lost", "nobody"'],
  [undefined, "contexts: [{name: a}]", 'it has no current context; name one after the file: "a"'],
  [undefined, "current-context: x", 'it has no context "x"; it has none'],
  [undefined, MANY, /one after the file: "c0", .*"c9" and 2 more$/],
])("context %s of a file that begins with %.20j cannot be used", (context, text, reason) => {
  const message = typeof reason === "string" ? `Cannot use kubeconfig "f": ${reason}` : reason;
  expect(() => chooseContext("f", text, context)).toThrow(message);
});

it.each([
  ["nowhere", "it names no cluster"],
  ["lost", 'the file has no cluster "three"; it has "one", "two"'],
  ["nobody", 'the file has no user "bob"; it has "alice"'],
])("context %s leads nowhere", (context, reason) => {
  expect(() => chooseContext("f", CONFIG, context)).toThrow(
    new AccessError(`Cannot use kubeconfig "f", context "${context}": ${reason}`),
  );
});

it.each([
  ["a: [b", /^Cannot read kubeconfig "f": not YAML: .* at line 1, column \d+$/],
  ["", /^Cannot read kubeconfig "f": it holds no mapping$/],
  ["- a", /^Cannot read kubeconfig "f": it holds no mapping$/],
])("%j is no kubeconfig", (text, message) => {
  expect(() => chooseContext("f", text, undefined)).toThrow(message);
});
