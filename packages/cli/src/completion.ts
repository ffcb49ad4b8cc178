import { Argument, Command } from "commander";

/** `rolecast completion`: the commands and flags that there are, for a shell. */
export function completionCommand(program: Command): Command {
  return new Command("completion")
    .description("Print a completion script.")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      '\nExamples:\n  eval "$(rolecast completion bash)"\n  rolecast completion fish > ~/.config/fish/completions/rolecast.fish',
    )
    .action((shell: "bash" | "zsh" | "fish") => {
      process.stdout.write(shell === "fish" ? fishScript(program) : bashScript(program, shell));
    });
}

/** Every command's path, `policy check`, with what may follow it. */
function wordsByPath(command: Command, path: readonly string[] = []): Map<string, string[]> {
  const flags = command.options.map((option) => option.long ?? option.short ?? "");
  const children = command.commands.map((child) => child.name());
  const words = new Map([[path.join(" "), [...children, ...flags, "--help"]]]);
  for (const child of command.commands) {
    for (const [key, value] of wordsByPath(child, [...path, child.name()])) words.set(key, value);
  }
  return words;
}

function bashScript(program: Command, shell: "bash" | "zsh"): string {
  const cases = [...wordsByPath(program)]
    .map(([path, words]) => `    "${path}") words="${words.join(" ")}" ;;`)
    .join("\n");
  return `${shell === "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : ""}_rolecast() {
  local path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases.replaceAll(/^ {4}/gm, "      ")}
    esac
    [ -n "$words" ] && break
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _rolecast rolecast
`;
}

function fishScript(program: Command): string {
  const lines = [...wordsByPath(program)].flatMap(([path, words]) => {
    const seen = path === "" ? "__fish_use_subcommand" : conditionOf(path);
    return words.map((word) =>
      word.startsWith("--")
        ? `complete -c rolecast -n '${seen}' -l ${word.slice(2)}`
        : `complete -c rolecast -f -n '${seen}' -a ${word}`,
    );
  });
  return `${lines.join("\n")}\n`;
}

function conditionOf(path: string): string {
  return path
    .split(" ")
    .map((name) => `__fish_seen_subcommand_from ${name}`)
    .join("; and ");
}
