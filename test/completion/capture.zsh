# Prints what zsh offers where TAB is pressed: zsh -f capture.zsh SCRIPT LINE
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT=; SCRIPT=${(q)1}; source ${(q)0:A:h}/inner.zsh"
zpty -r -m shell said '*ready*ready*'
zpty -n -w shell "$2"$'\t'
while zpty -r shell said; do
  print -rn -- "${said//$'\r'/}"
  [[ $said == *"end of offers"* ]] && break
done
zpty -d shell
