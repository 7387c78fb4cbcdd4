import { gatherFacts } from "../../stub/doctor/facts.ts";
import { formatFindings } from "../../stub/doctor/format.ts";
import { RULES } from "../../stub/doctor/rules.ts";
import { questionsOf } from "../../stub/questions.ts";
import { DEFAULT_SERVER, parseSetting } from "../../stub/setting.ts";
import { thisSystem } from "../../stub/system.ts";
import { Name } from "../../dns/name.ts";
import type { Arguments } from "../arguments.ts";

/** Exit code 2 if there are problems; hints are none. */
export async function stubDoctor({ values, words }: Arguments): Promise<void> {
  const [name, surplus] = words;
  if (surplus !== undefined) throw new TypeError(`Cannot look: unexpected "${surplus}" after NAME`);
  if (name !== undefined && !Name.tryParse(name)) {
    throw new TypeError(`Cannot look for "${name}": not a name`);
  }
  const system = thisSystem();
  const setting = parseSetting(values.get("server") ?? DEFAULT_SERVER, [], undefined);
  const facts = await gatherFacts(system, questionsOf(system), setting, name);
  const findings = RULES.flatMap((rule) => rule(facts));
  process.stdout.write(formatFindings(facts, findings));
  if (findings.some(({ level }) => level === "problem")) process.exitCode = 2;
}
