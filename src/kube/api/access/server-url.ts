import type { ApiCredentials } from "../access.ts";

/** Takes user and password out of a URL, where they may stand as in any other. */
export function splitServerUrl(server: URL): Pick<ApiCredentials, "url" | "basic"> {
  const url = new URL(server);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  if (username === "") return { url };
  return { url, basic: { username: decode(username), password: decode(password) } };
}

/** A percent sign that escapes nothing stands for itself. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
