import { expect, it } from "vitest";
import { AccessError } from "../access.ts";
import type { Chosen } from "./kubeconfig-document.ts";
import { chooseContext, contextsOf } from "./kubeconfig-document.ts";

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

function choose(text: string, context: string | undefined): Chosen {
  return chooseContext("f", [{ path: "f", text }], context);
}

it("takes the current context", () => {
  expect(choose(CONFIG, undefined)).toEqual({
    context: "dev",
    cluster: { file: "f", fields: { server: "https://one" } },
    user: { file: "f", fields: { token: "a" } },
  });
});

it("takes the context that is asked for, also without a user", () => {
  expect(choose(CONFIG, "prod")).toEqual({
    context: "prod",
    cluster: { file: "f", fields: { server: "https://two" } },
    user: { file: "f", fields: {} },
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
  expect(() => choose(text, context)).toThrow(message);
});

it.each([
  ["nowhere", "it names no cluster"],
  ["lost", 'the file has no cluster "three"; it has "one", "two"'],
  ["nobody", 'the file has no user "bob"; it has "alice"'],
])("context %s leads nowhere", (context, reason) => {
  expect(() => choose(CONFIG, context)).toThrow(
    new AccessError(`Cannot use kubeconfig "f", context "${context}": ${reason}`),
  );
});

it.each([
  ["a: [b", /^Cannot read kubeconfig "f": not YAML: .* at line 1, column \d+$/],
  ["", /^Cannot read kubeconfig "f": it holds no mapping$/],
  ["- a", /^Cannot read kubeconfig "f": it holds no mapping$/],
])("%j is no kubeconfig", (text, message) => {
  expect(() => choose(text, undefined)).toThrow(message);
});

it("takes of several files what the first one says, and knows where it stands", () => {
  const files = [
    { path: "a", text: "contexts: [{name: dev, context: {cluster: two, namespace: shop}}]" },
    { path: "b", text: CONFIG },
  ];
  expect(contextsOf(files).current).toBe("dev");
  expect(contextsOf(files).all.slice(0, 2)).toEqual([
    { name: "dev", namespace: "shop" },
    { name: "prod", namespace: "" },
  ]);
  expect(chooseContext("a:b", files, undefined).cluster).toEqual({
    file: "b",
    fields: { server: "https://two" },
  });
});
