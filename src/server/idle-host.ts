import { HttpEndpoints } from "../http/http-endpoints.ts";
import type { BuildContext } from "./block-instances.ts";

/**
 * A house in which nobody lives, for instances that are made and never serve.
 * @param reason why it cannot be read again
 */
export function idleHost(reason: string): BuildContext["host"] {
  return {
    http: new HttpEndpoints(),
    isServing: () => false,
    reload: () => Promise.reject(new Error(`Cannot reload: ${reason}`)),
    fatal: () => {},
  };
}
