import type { Choices, Place } from "./choices.ts";

/** For bash from 3.2 on. */
export function bashScript(places: readonly Place[]): string {
  return `# Completion of portolan for bash: source <(portolan completion bash)
_portolan() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local given=" \${COMP_WORDS[*]:1:COMP_CWORD-1} " flags="" words="" files="" one
  # To bash "=" is a word.
  if [ "$prev" = "=" ]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [ "$cur" = "=" ]; then cur=""; fi
  case "$given" in
${places.map(placeLines).join("")}  esac
  case "$cur" in
  --*) words=\${flags// -/ --} files="" ;;
  -* | +*) words=$flags files="" ;;
  esac
  COMPREPLY=()
  while IFS= read -r one; do COMPREPLY+=("$one"); done < <(compgen -W "$words" -- "$cur")
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r one; do COMPREPLY+=("$one"); done < <(compgen -f -- "$cur")
  fi
}
complete -F _portolan portolan
`;
}

/** What is offered behind a command: values behind a flag that takes one, else words and flags. */
function placeLines({ behind, flags, words, commands }: Place): string {
  const values = flags.flatMap(({ forms, value }) => (value ? [valueLine(forms, value)] : []));
  const all = flags.flatMap(({ forms }) => forms.map((form) => ` ${form}`)).join("");
  const next = commands.map(({ word }) => word);
  const here = assignments({ ...words, words: [...words.words, ...next] });
  // Behind a flag of serving no command can follow.
  const choices = behind === "" ? ` && [ "$given" = "  " ] &&${here}` : here;
  return `  ${behind === "" ? "*" : `" ${behind} "*`})
    case "$prev" in
${values.join("")}    *) flags="${all}"${choices} ;;
    esac
    ;;
`;
}

function valueLine(forms: readonly string[], value: Choices): string {
  const patterns = forms.flatMap((form) => (form.startsWith("-") ? [form, `-${form}`] : [form]));
  return `    ${patterns.join(" | ")})${assignments(value)} ;;\n`;
}

function assignments({ words, isFile }: Choices): string {
  const assigned = words.length === 0 ? "" : ` words="${words.join(" ")}"`;
  return `${assigned}${isFile ? " files=yes" : ""}`;
}
