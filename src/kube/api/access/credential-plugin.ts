import { shortText } from "../../short-text.ts";
import { AccessError } from "../access.ts";
import type { Fields } from "./kubeconfig-document.ts";
import { isFields, string } from "./kubeconfig-document.ts";

/**
 * What went wrong while client-node made credentials, in words of ours.
 * @param user whose exec plugin or auth provider was asked
 */
export function pluginFailure(user: Fields, error: unknown): AccessError {
  const { exec, "auth-provider": provider } = user;
  if (isFields(exec)) {
    return fail(`exec plugin "${string(exec["command"])}"`, execReason(exec, error), error);
  }
  if (isFields(provider)) {
    return fail(`auth provider "${string(provider["name"])}"`, providerReason(error), error);
  }
  return fail("client-node", reasonOf(error), error);
}

function fail(who: string, reason: string, cause: unknown): AccessError {
  return new AccessError(`${who} failed: ${shortText(reason, 300)}`, { cause });
}

function execReason(exec: Fields, error: unknown): string {
  const { code, syscall = "" } = Object(error) as NodeJS.ErrnoException;
  if (syscall.startsWith("spawn")) {
    if (code !== "ENOENT") return `cannot run it: ${code}`;
    return `no such command; ${string(exec["installHint"]) || "install it or give its path"}`;
  }
  // From JSON.parse, and from looking into a status that is not there.
  if (error instanceof SyntaxError) return "it printed no JSON";
  if (error instanceof TypeError) return "it printed no ExecCredential with a status";
  return reasonOf(error) || "it printed no reason";
}

function providerReason(error: unknown): string {
  const { cause } = Object(error) as Error;
  const inner = cause instanceof Error ? `: ${cause.message}` : "";
  return reasonOf(error) + inner;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
