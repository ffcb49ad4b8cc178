import { type Command, Help } from "commander";

/** Has a command's help and those below it list commands by name, one line each. */
export function withPlainHelp(command: Command): void {
  command.configureHelp({
    subcommandTerm: (child) => child.name(),
    visibleCommands: (parent) =>
      // It says of itself what everybody expects.
      Help.prototype.visibleCommands
        .call(new Help(), parent)
        .filter((child) => child.name() !== "help"),
  });
  for (const child of command.commands) withPlainHelp(child);
}
