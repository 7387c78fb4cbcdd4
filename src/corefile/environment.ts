export type Environment = Readonly<Record<string, string | undefined>>;

// No "{" in a name: it keeps the search linear where references are opened and never closed.
const references = /\{%([^%{]+)%\}|\{\$([^}{]+)\}/g;

/**
 * Puts the values of environment variables in place of `{$NAME}` and `{%NAME%}`; a variable that
 * is not set counts as empty. Values are taken as they are: what looks like a reference in one is
 * not followed, so that a variable cannot contain itself (CoreDNS hangs there).
 */
export function expandEnvironment(text: string, env: Environment): string {
  if (!text.includes("{")) return text;
  return text.replace(references, (_, percent?: string, dollar?: string) => {
    const name = percent ?? dollar ?? "";
    return Object.hasOwn(env, name) ? (env[name] ?? "") : "";
  });
}
