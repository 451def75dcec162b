# Completions of fsp for bash. fsp itself says what can follow.
_fsp() {
  local line=${COMP_LINE:0:COMP_POINT}
  local suggestions
  suggestions=$(fsp "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '^-[^-]\|^/' | sort -u)
  mapfile -t COMPREPLY < <(compgen -W "$suggestions" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _fsp fsp
