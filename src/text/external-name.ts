import { isIP } from "node:net";

/**
 * What an ExternalName is instead of a name, to stand behind it in a sentence: "is an address", "is a URL", "has a port"; undefined
 * if it may be one.
 */
export function faultOfExternalName(text: string): string | undefined {
  if (isIP(text) !== 0) return "is an address";
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return "is a URL";
  if (text.includes("/")) return "has a path";
  return text.includes(":") ? "has a port" : undefined;
}
