import type { Choices, FlagChoices, NextWord, Place } from "./choices.ts";

export function zshScript(places: readonly Place[]): string {
  return `#compdef portolan
# Completion of portolan for zsh: source <(portolan completion zsh), or as "_portolan" in a folder of $fpath
${places.map(placeFunction).join("")}_portolan() {
  local given=" \${(j: :)words[2,CURRENT-1]} "
  case "$given" in
${places.map(placeCase).join("")}  esac
}
if [ "$funcstack[1]" = "_portolan" ]; then _portolan "$@"; else compdef _portolan portolan; fi
`;
}

/** Takes the command's words out of the line, so that _arguments sees what stands behind them. */
function placeCase({ behind }: Place): string {
  if (behind === "") return "  *) _portolan_ ;;\n";
  const count = behind.split(" ").length;
  const shift = `shift ${count} words; (( CURRENT -= ${count} ))`;
  return `  " ${behind} "*) ${shift}; ${functionName(behind)} ;;\n`;
}

function placeFunction(place: Place): string {
  const { behind, flags, words, commands } = place;
  const name = functionName(behind);
  const specs = flags.flatMap(flagSpecs).map((spec) => ` \\\n    ${spec}`);
  const offers = [
    ...commandOffer(commands),
    ...(words.words.length > 0 ? [`'words:word:(${words.words.join(" ")})'`] : []),
    ...(words.isFile ? ["'files:file:_files'"] : []),
  ];
  const any = offers.length === 0 ? "" : `${name}_words() { _alternative ${offers.join(" ")} }\n`;
  // Behind a flag of serving no command can follow.
  const where = behind === "" ? "1" : "*";
  const rest = offers.length === 0 ? "" : ` \\\n    '${where}:word:${name}_words'`;
  return `${any}${name}() {\n  _arguments${specs.join("")}${rest}\n}\n`;
}

function functionName(behind: string): string {
  return `_portolan_${behind.replaceAll(/\W/g, "_")}`;
}

function commandOffer(commands: readonly NextWord[]): string[] {
  if (commands.length === 0) return [];
  const items = commands.map(({ word, summary }) => `${word}\\:"${described(summary)}"`);
  return [`'commands:command:((${items.join(" ")}))'`];
}

function flagSpecs({ forms, summary, value }: FlagChoices): string[] {
  const text = described(summary);
  return forms.map((form) => {
    if (value === undefined) return `'${form}[${text}]'`;
    return `'${form}=[${text}]:${value.name}:${action(value)}'`;
  });
}

function action({ words, isFile }: Choices): string {
  if (isFile) return "_files";
  return words.length === 0 ? " " : `(${words.join(" ")})`;
}

/** Within brackets, quotes of both kinds around. */
function described(summary: string): string {
  return summary.replaceAll(/[[\]:\\"$\x60]/g, String.raw`\$&`).replaceAll("'", String.raw`'\''`);
}
