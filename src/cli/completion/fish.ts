import type { Choices, FlagChoices, NextWord, Place } from "./choices.ts";

export function fishScript(places: readonly Place[]): string {
  return `# Completion of portolan for fish: portolan completion fish | source
function __portolan_behind --description 'whether the command line goes on from these words'
    set -l given (commandline -opc)
    set -e given[1]
    if test -z "$argv"
        test (count $given) -eq 0; or string match -q -- '-*' $given[1]
        return
    end
    string match -q -- "$argv *" "$given "
end
function __portolan_first --description 'whether the word is the first'
    test (count (commandline -opc)) -eq 1
end
complete -c portolan -f
${places.map(placeLines).join("")}`;
}

function placeLines({ behind, flags, words, commands }: Place): string {
  const start = `complete -c portolan -n '__portolan_behind "${behind}"'`;
  return [
    ...flags.map((flag) => `${start}${flagOptions(flag)}`),
    ...commands.map((next) => commandLine(behind, next)),
    ...(words.words.length > 0 || words.isFile ? [`${start}${choiceOptions(words)}`] : []),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function commandLine(behind: string, { word, summary }: NextWord): string {
  const when = behind === "" ? "__portolan_first" : `__portolan_behind "${behind}"`;
  return `complete -c portolan -n '${when}' -a ${word} -d ${quoted(summary)}`;
}

/** Fish knows flags of one dash and more than one letter as old ones. */
function flagOptions({ forms, summary, value }: FlagChoices): string {
  const dashed = forms.filter((form) => form.startsWith("-")).map((form) => form.slice(1));
  const said = ` -d ${quoted(summary)}`;
  if (dashed.length === 0) return ` -a ${quoted(forms.join(" "))}${said}`;
  const names = dashed.map((name) =>
    name.length === 1 ? ` -s ${name}` : ` -o ${name} -l ${name}`,
  );
  const takes = value === undefined ? "" : `${value.isFile ? " -r" : " -x"}${choiceOptions(value)}`;
  return `${names.join("")}${takes}${said}`;
}

function choiceOptions({ words, isFile }: Choices): string {
  const offered = words.length === 0 ? "" : ` -a ${quoted(words.join(" "))}`;
  return `${isFile ? " -F" : ""}${offered}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
