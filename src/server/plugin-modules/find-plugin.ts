import type { Plugin } from "../contract/plugin.ts";
import { API } from "./public-contract.ts";

/** All that a plugin may have, and what it must be. */
const SHAPE: Readonly<Record<"api" | keyof Plugin<unknown>, string>> = {
  api: "number",
  name: "string",
  once: "boolean",
  replaces: "object",
  parse: "function",
  merge: "function",
  reach: "function",
  warnings: "function",
  configure: "function",
  create: "function",
};
const REQUIRED = ["name", "parse"] as const;

/**
 * The plugin of that name among what a module exports.
 * @throws {Error} that says what is wrong
 */
export function findPlugin(exports: object, name: string): Plugin<unknown> {
  const candidates = [...new Set<unknown>(Object.values(exports))].filter(isCandidate);
  if (candidates.length === 0) {
    throw new Error(
      `it exports no plugin: expected definePlugin({ api: ${API}, name: "${name}" })`,
    );
  }
  const plugin = candidates.find((one) => one["name"] === name);
  if (!plugin) {
    const names = candidates.map(({ name: other }) => JSON.stringify(other)).join(", ");
    throw new Error(`it exports no plugin of that name, but ${names}`);
  }
  requireShape(plugin);
  return plugin as unknown as Plugin<unknown>;
}

type Candidate = Readonly<Record<string, unknown>>;

/** Whoever says `api` means a plugin; whoever can `parse` and has a name has forgotten it. */
function isCandidate(value: unknown): value is Candidate {
  if (typeof value !== "object" || value === null) return false;
  return "api" in value || ("parse" in value && "name" in value);
}

function requireShape(plugin: Candidate): void {
  const { api } = plugin;
  if (api !== API) {
    const said =
      api === undefined
        ? "it does not say its api"
        : `it is written for api ${JSON.stringify(api)}`;
    throw new Error(`${said}: this program has api ${API}`);
  }
  for (const [key, value] of Object.entries(plugin)) {
    const expected = (SHAPE as Readonly<Record<string, string>>)[key];
    if (expected === undefined) {
      throw new Error(
        `it has "${key}", which no plugin has: known are ${Object.keys(SHAPE).join(" ")}`,
      );
    }
    if (value !== undefined && typeof value !== expected) {
      throw new Error(`its "${key}" is no ${expected}`);
    }
  }
  for (const key of REQUIRED) {
    if (plugin[key] === undefined) throw new Error(`it has no "${key}"`);
  }
}
