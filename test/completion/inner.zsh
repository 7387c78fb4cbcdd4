autoload -Uz compinit && compinit -u -D
source "$SCRIPT"
compadd() {
  # Those that only fill arrays offer nothing to the user.
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a offers
  local offer
  builtin compadd -A offers "$@"
  for offer in $offers; do print -r -- "offer $offer"; done
  builtin compadd "$@"
}
finish() { print "end of offers" }
comppostfuncs=(finish)
bindkey '^I' complete-word
print ready; print ready
