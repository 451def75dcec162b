# Completions of fsp for fish. fsp itself says what can follow.
function __fsp_suggest
    set -l line (commandline --cut-at-cursor)
    fsp "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match --invert --regex '^(-[^-]|/)' | sort -u
end
complete --command fsp --arguments '(__fsp_suggest)'
