import type { Command } from "commander";
import { expect, test } from "vitest";
import { rolecastProgram } from "../../packages/cli/src/program.ts";

const COLUMNS = 80;

/** A command, and all below it. */
function all(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(all)];
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

test("each list of commands has a line for each", async () => {
  const lists = all(await rolecastProgram()).filter(({ commands }) => commands.length > 0);
  expect(lists.length).toBeGreaterThan(5);
  for (const list of lists) {
    const lines = helpOf(list).split("\n");
    for (const command of list.commands) {
      const says = command.summary() || command.description();
      expect(lines.some((line) => line.endsWith(` ${says}`)) ? "" : says).toBe("");
    }
  }
});

test("help fits 80 columns, but for what is to be pasted and for long words", async () => {
  const tooLong = all(await rolecastProgram())
    .flatMap((command) => helpOf(command).split("\n"))
    .filter((line) => line.length > COLUMNS && !line.includes("npx rolecast "))
    .filter((line) => line.trim().includes(" "));
  expect(tooLong).toEqual([]);
});

test("the help names the groups in the order in which a stranger needs them", async () => {
  const headings = helpOf(await rolecastProgram()).match(/^[A-Z][a-z ]+:$/gm);
  expect(headings).toEqual([
    ...["Options:", "Start:", "Live video:", "Permissions:", "Stacks:", "Server:"],
  ]);
});
