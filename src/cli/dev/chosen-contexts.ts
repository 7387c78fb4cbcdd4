import type { Context, Contexts } from "../../kube/api/access/kubeconfig-document.ts";
import { didYouMean } from "../../text/nearest-name.ts";

const MAX_NAMES = 10;

/** The contexts that are to be served. */
export interface ChosenContexts {
  /** The one that is `cluster.local`, too. */
  readonly current: string;
  readonly contexts: readonly Context[];
}

/**
 * Those that are wanted, or else the current one. The current one of the kubeconfig is `cluster.local`, or the first if it is not
 * among them.
 * @param place of the kubeconfig, for messages
 * @throws {TypeError} for a context that is not there
 */
export function chooseContexts(
  { current, all }: Contexts,
  wanted: readonly string[],
  place: string,
): ChosenContexts {
  const list = listOf(all);
  if (wanted.length === 0 && current === "") {
    throw new TypeError(
      `Cannot choose a context: kubeconfig "${place}" has no current one; name one by -context, it has ${list}`,
    );
  }
  const names = wanted.length === 0 ? [current] : [...new Set(wanted)];
  const contexts = names.map((name) => {
    const found = all.find((one) => one.name === name);
    if (found) return found;
    const known = all.map((one) => one.name);
    const hint = didYouMean(name, known) || `: it has ${list}`;
    throw new TypeError(`Cannot find context "${name}" in kubeconfig "${place}"${hint}`);
  });
  return { current: names.includes(current) ? current : (names[0] ?? ""), contexts };
}

function listOf(all: readonly Context[]): string {
  if (all.length === 0) return "none";
  const names = all.slice(0, MAX_NAMES).map(({ name }) => `"${name}"`);
  const more = all.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
