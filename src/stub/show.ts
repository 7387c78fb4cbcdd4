import { printable } from "../text/printable.ts";
import { unifiedDiff } from "../text/unified-diff.ts";
import { wrap } from "../text/wrap.ts";
import type { BackEnd, Command, Plan } from "./back-end.ts";
import { written } from "./run-commands.ts";
import type { StubSetting } from "./setting.ts";
import { writtenServer } from "./setting.ts";
import { readText } from "./system-files.ts";
import type { System } from "./system.ts";

/** What an installation will do: files as differences, then commands, then what there is to know. */
export function showPlan(
  system: System,
  { title }: Pick<BackEnd, "title">,
  setting: StubSetting,
  plan: Plan,
): string {
  const diffs = plan.files.map(({ path, content }) => {
    return unifiedDiff(path, readText(system, path), content);
  });
  return printable(
    [
      `${setting.zones.join(", ")} to ${writtenServer(setting.server)}: ${title}\n`,
      ...diffs,
      showCommands("Then runs", plan.apply),
      ...plan.notes.map((note) => wrap(note, "")),
    ]
      .filter((part) => part !== "")
      .join("\n"),
  );
}

/** "" for none. */
export function showCommands(title: string, commands: readonly Command[]): string {
  if (commands.length === 0) return "";
  return `${title}:\n${commands.map(({ argv }) => `  ${written(argv)}\n`).join("")}`;
}
