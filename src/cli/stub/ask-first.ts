import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { createInterface } from "node:readline";

export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
}

/**
 * Whether somebody at the terminal says yes. Where there is nobody to ask, as in a script, the command line has said it all.
 * @param isYes whether it has said this, too
 */
export async function askFirst(
  question: string,
  isYes: boolean,
  { input, output }: Terminal = { input: process.stdin, output: process.stdout },
): Promise<boolean> {
  if (isYes || !input.isTTY || !output.isTTY) return true;
  const lines = createInterface({ input, output });
  lines.setPrompt(`${question} [y/N] `);
  lines.prompt();
  // Ctrl-D, and Ctrl-C, are no answer.
  const end = once(lines, "close").then(() => [""]);
  const [answer = ""] = (await Promise.race([once(lines, "line"), end])) as string[];
  lines.close();
  return /^\s*y(?:es)?\s*$/i.test(answer);
}
