import { Argument, Command, type Option } from "commander";
import { helpNotes } from "./help-notes.ts";

/** `rolecast completion`: the commands, flags and values that there are, for a shell. */
export function completionCommand(wholeProgram: () => Promise<Command>): Command {
  return new Command("completion")
    .description("Print a completion script for bash, zsh or fish.")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      helpNotes(
        '\nExamples:\n  eval "$($0 completion bash)"\n  $0 completion zsh > ~/.rolecast.zsh && echo "source ~/.rolecast.zsh" >> ~/.zshrc\n  $0 completion fish > ~/.config/fish/completions/rolecast.fish',
      ),
    )
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const program = await wholeProgram();
      process.stdout.write(shell === "fish" ? fishScript(program) : bashScript(program, shell));
    });
}

/** Every command by its path, `policy check`; the program's own path is empty. */
function commandsByPath(command: Command, path: readonly string[] = []): Map<string, Command> {
  const found = new Map([[path.join(" "), command]]);
  for (const child of command.commands) {
    for (const [key, value] of commandsByPath(child, [...path, child.name()])) {
      found.set(key, value);
    }
  }
  return found;
}

/** The words that may follow a command: its commands, flags, and an argument's values. */
function wordsOf(command: Command): readonly string[] {
  return [
    ...command.commands.map((child) => child.name()),
    ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ...command.options.map(flagName),
    "--help",
  ];
}

function flagName(option: Option): string {
  return option.long ?? option.short ?? "";
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

/** `--kind) choices="managed inline" ;;`; a value that isn't listed is a file's name or free. */
function valueCases(commands: readonly Command[]): readonly string[] {
  const choices = new Map<string, Set<string>>();
  for (const option of commands.flatMap(({ options }) => options).filter(takesValue)) {
    const known = choices.get(flagName(option)) ?? new Set();
    choices.set(flagName(option), new Set([...known, ...(option.argChoices ?? [])]));
  }
  return [...choices].map(([flag, values]) => `${flag}) values="${[...values].join(" ")}" ;;`);
}

/** zsh reads bash's script; `path` and `words` are names of its own. */
function bashScript(program: Command, shell: "bash" | "zsh"): string {
  const commands = commandsByPath(program);
  const cases = [...commands].map(
    ([path, command]) => `"${path}") choices="${wordsOf(command).join(" ")}" ;;`,
  );
  const head =
    shell === "bash"
      ? ""
      : "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }\nautoload -Uz +X bashcompinit && bashcompinit\n";
  return `${head}_rolecast() {
  local at="" choices="" values="-" word
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD-1))}"; do
    case "$word" in -*) ;; *) at="\${at:+$at }$word" ;; esac
  done
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    ${valueCases([...commands.values()]).join("\n    ")}
  esac
  while [ "$values" = - ]; do
    case "$at" in
      ${cases.join("\n      ")}
    esac
    [ -n "$choices" ] && break
    case "$at" in *" "*) at="\${at% *}" ;; *) at="" ;; esac
  done
  [ "$values" = - ] || choices="$values"
  COMPREPLY=($(compgen -W "$choices" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _rolecast rolecast
`;
}

function fishScript(program: Command): string {
  const lines = [...commandsByPath(program)].flatMap(([path, command]) => {
    const rule = `complete -c rolecast -n '${conditionOf(path, command)}'`;
    const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
    return [
      ...command.commands.map(
        (child) => `${rule} -f -a ${child.name()} -d ${quoted(child.description())}`,
      ),
      ...choices.map((value) => `${rule} -f -a ${value}`),
      ...command.options.map((option) => `${rule} ${fishFlag(option)}`),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function fishFlag(option: Option): string {
  const { argChoices, description } = option;
  const values = argChoices ? `-x -a ${quoted(argChoices.join(" "))} ` : "-r ";
  const value = takesValue(option) ? values : "";
  return `-l ${flagName(option).replace(/^-+/, "")} ${value}-d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** At a command: all its words were typed, and none of the commands below it. */
function conditionOf(path: string, command: Command): string {
  const below = command.commands.map((child) => child.name()).join(" ");
  if (path === "") return "__fish_use_subcommand";
  const typed = path.split(" ").map((name) => `__fish_seen_subcommand_from ${name}`);
  const open = below === "" ? [] : [`not __fish_seen_subcommand_from ${below}`];
  return [...typed, ...open].join("; and ");
}
