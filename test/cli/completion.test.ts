import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOnPath } from "../../packages/cli/src/demo/find-program.ts";
import { rolecastProgram } from "../../packages/cli/src/program.ts";

/** A typed line, its last word still open, and what its shell offers then. */
const TYPED: readonly (readonly [words: readonly string[], offered: string])[] = [
  [["rolecast", "sta"], "start stage stack status"],
  [["rolecast", "policy", "che"], "check"],
  [["rolecast", "policy", "check", "a.json", "--k"], "--kind"],
  [["rolecast", "env", "--shell", "f"], "fish"],
  [["rolecast", "completion", "z"], "zsh"],
  // A file's name: the shell's own completion has it.
  [["rolecast", "policy", "check", "--bucket", "c"], ""],
];

let dir = "";

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-completion-"));
  for (const shell of ["bash", "zsh", "fish"]) {
    writeFileSync(join(dir, shell), await script(shell));
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The script that `rolecast completion` prints. */
async function script(shell: string): Promise<string> {
  const written: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text) => written.push(String(text)) > 0;
  try {
    const program = await rolecastProgram();
    await program.parseAsync(["completion", shell], { from: "user" });
  } finally {
    process.stdout.write = write;
  }
  return written.join("");
}

function run(shell: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(shell, args, { cwd: dir, env: { ...process.env, HOME: dir } }, (_, out, err) => {
      resolve(out.trim().replaceAll(/\s+/g, " ") + err);
    });
  });
}

/** zsh and fish choose among what the script gives them. */
function expectAmong(given: string, offered: string): void {
  expect(given.split(" ")).toEqual(expect.arrayContaining(offered.split(" ")));
  if (offered === "") expect(given).toBe("");
}

describe("completion scripts are read by their shells", () => {
  test.each(TYPED)("bash: %j", async (words, offered) => {
    const typed = words.map((word) => `'${word}'`).join(" ");
    const ask = `. ./bash; COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _rolecast; echo "\${COMPREPLY[@]}"`;
    expect(await run("bash", ["-c", ask])).toBe(offered);
  });

  // zsh's own bashcompinit calls such a function like this.
  test.skipIf(findOnPath("zsh") === undefined).each(TYPED)("zsh: %j", async (words, offered) => {
    const typed = words.map((word) => `'${word}'`).join(" ");
    const ask = `compdef() { :; }; . ./zsh; emulate ksh; COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _rolecast; echo "\${COMPREPLY[@]}"`;
    expectAmong(await run("zsh", ["-f", "-c", ask]), offered);
  });

  test.skipIf(findOnPath("fish") === undefined).each(TYPED.filter(([, offered]) => offered !== ""))(
    "fish: %j",
    async (words, offered) => {
      const ask = `source ./fish; complete -C '${words.join(" ")}' | string replace -r '\\t.*' ''`;
      expectAmong(await run("fish", ["-N", "-c", ask]), offered);
    },
  );
});

/** Each line of help that begins with `rolecast`. */
function examples(program: Command): readonly string[] {
  const found: string[] = [];
  const visit = (command: Command): void => {
    let text = "";
    command.configureOutput({ writeOut: (part) => void (text += part) });
    command.outputHelp();
    found.push(
      ...text.split("\n").flatMap((line) => /^ {2}(npx rolecast .*)$/.exec(line)?.[1] ?? []),
    );
    for (const child of command.commands) visit(child as Command);
  };
  visit(program);
  return found;
}

test("every command's help has an example whose command and flags there are", async () => {
  const named = new Set<string>();
  const program = await rolecastProgram();
  const lines = examples(await rolecastProgram()).flatMap((line) => line.split(/ (?:\||&&) /));
  for (const line of lines.filter((text) => text.startsWith("npx rolecast "))) {
    let command = program;
    // What follows -- is another program's.
    const words = line
      .replace(/ -- .*/, "")
      .split(" ")
      .slice(2);
    const path: string[] = [];
    for (const word of words) {
      const child = command.commands.find((each) => each.name() === word);
      if (!child) break;
      command = child as typeof command;
      path.push(word);
    }
    named.add(path.join(" "));
    const flags = words.filter((word) => word.startsWith("--"));
    const known = command.options.map(({ long }) => long);
    if (path.join(" ") !== "aws") expect(known, line).toEqual(expect.arrayContaining(flags));
  }
  const withoutExample = leaves(program).filter((path) => !named.has(path));
  expect(withoutExample).toEqual([]);
});

/** The commands that do something: `policy check`. */
function leaves(program: Command): readonly string[] {
  const visit = (command: Command, path: string): string[] =>
    command.commands.flatMap((child) => {
      const at = path === "" ? child.name() : `${path} ${child.name()}`;
      return child.commands.length === 0 ? [at] : visit(child as Command, at);
    });
  return visit(program, "");
}
