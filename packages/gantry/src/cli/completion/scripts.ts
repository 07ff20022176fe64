/** Shells that have a script. */
export type Shell = "bash" | "zsh" | "fish";

// The scripts only ask `gantry __complete`, which answers from the table of commands: they never go out of date.
const bash = `# bash completion for gantry: source <(gantry completion bash)
_gantry() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
      return
    fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(gantry __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _gantry gantry
`;

const zsh = `#compdef gantry
# zsh completion for gantry: source <(gantry completion zsh), after compinit
_gantry() {
  local line value
  local -a found
  for line in "\${(@f)$(gantry __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == :files ]]; then
      _files
      return
    fi
    value=\${line%%$'\\t'*}
    if [[ $line == *$'\\t'* ]]; then
      found+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${value//:/\\\\:}")
    fi
  done
  _describe -V gantry found
}
compdef _gantry gantry
`;

const fish = `# fish completion for gantry: gantry completion fish > ~/.config/fish/completions/gantry.fish
function __gantry_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (gantry __complete $words[2..-1] 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found
    end
end
complete -c gantry -f -k -a '(__gantry_complete)'
`;

/** The completion script of a shell. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell];
}
