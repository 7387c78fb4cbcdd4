import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { Fields } from "./kubeconfig-document.ts";
import { isFields, string } from "./kubeconfig-document.ts";

/**
 * What an OpenID provider gave in exchange for the file's refresh token, which may be good for
 * one time only.
 */
export interface RenewedTokens {
  readonly fileToken: string;
  readonly idToken: string;
  readonly refreshToken: string;
}

/** A user with the newest tokens that are known. */
export function withRenewed(user: Fields, renewed: RenewedTokens | undefined): Fields {
  const { "auth-provider": provider } = user;
  const config = providerConfig(user);
  // Somebody has logged in again: what the file says now is newer.
  if (!renewed || !isFields(provider) || renewed.fileToken !== config["refresh-token"]) {
    return user;
  }
  const { idToken, refreshToken } = renewed;
  const newer = { ...config, "id-token": idToken, "refresh-token": refreshToken };
  return { ...user, "auth-provider": { ...provider, config: newer } };
}

/**
 * @param known what client-node was given
 * @param written what the file has
 */
export function renewedTokens(
  config: KubeConfig,
  known: Fields,
  written: Fields,
): RenewedTokens | undefined {
  const now = providerConfig({ "auth-provider": config.getCurrentUser()?.authProvider });
  const fileToken = string(providerConfig(written)["refresh-token"]);
  const idToken = string(now["id-token"]);
  if (fileToken === "" || idToken === providerConfig(written)["id-token"]) return undefined;
  const refreshToken =
    string(now["refresh-token"]) || string(providerConfig(known)["refresh-token"]);
  return { fileToken, idToken, refreshToken };
}

function providerConfig({ "auth-provider": provider }: Fields): Fields {
  const config = isFields(provider) ? provider["config"] : undefined;
  return isFields(config) ? config : {};
}
