import { questionsOf } from "../../stub/questions.ts";
import { statusOf } from "../../stub/status.ts";
import { thisSystem } from "../../stub/system.ts";
import { printable } from "../../text/printable.ts";

/** Exit code 2 unless all is well. */
export async function stubStatus(): Promise<void> {
  const system = thisSystem();
  const { text, isWell } = await statusOf(system, questionsOf(system));
  process.stdout.write(printable(text));
  if (!isWell) process.exitCode = 2;
}
