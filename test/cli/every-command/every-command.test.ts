import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rolecastProgram } from "../../../packages/cli/src/program.ts";
import { awsCli, hasAwsCli } from "../../support/aws-cli.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { type Ending, runToItsEnd } from "./command-process.ts";
import { fill, writeFiles } from "./fixtures.ts";
import { ROWS, type Row } from "./rows.ts";

/* A command that works and then doesn't end hangs whoever called it: only a process shows that. */

const ROOT = join(import.meta.dirname, "../../..");
const REFUSED = "http://127.0.0.1:1";
const rows = Object.entries(ROWS).flatMap(([name, held]) =>
  "heldBy" in held ? [] : held.map((row) => ({ name, ...row })),
);

let dir = "";
let PATH = process.env.PATH ?? "";
let server: ServerProcess;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-every-command-"));
  if (hasAwsCli) PATH = `${dirname(await awsCli())}:${PATH}`;
  writeFiles(dir);
  server = await startServerProcess(["--data", join(dir, "data")]);
  await fill(server.endpoint, server.root, dir);
});
afterAll(async () => {
  await server?.stop("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

function run({ args, input, interruptAfter }: Row, endpoint: string): Promise<Ending> {
  const env = { PATH, HOME: dir, AWS_ENDPOINT_URL: endpoint };
  return runToItsEnd({ args: args.split(" "), cwd: dir, env, input, interruptAfter });
}

/** The words of every command below this one that does something. */
function commandsOf(command: Command, words: readonly string[] = []): readonly string[] {
  if (command.commands.length === 0) return [words.join(" ")];
  return command.commands.flatMap((child) => commandsOf(child, [...words, child.name()]));
}

test("every command of the program is in the table, and nothing else", async () => {
  expect(Object.keys(ROWS).sort()).toEqual([...commandsOf(await rolecastProgram())].sort());
  for (const held of Object.values(ROWS))
    if ("heldBy" in held) expect(existsSync(join(ROOT, held.heldBy)), held.heldBy).toBe(true);
});

// Most of them wait.
describe.concurrent("comes to its end", () => {
  test.for(rows.filter(({ args }) => hasAwsCli || !args.startsWith("aws ")))(
    "`$args` against a server",
    async ({ ends = 0, ...row }) => {
      const own = row.server && (await startServerProcess(["--data", "memory", "--allow-reset"]));
      const { ended, out, err } = await run(row, (own ?? server).endpoint).finally(() =>
        own?.stop("SIGKILL"),
      );
      expect(ended, `${out}${err}`).toBe(ends);
    },
  );

  test.for(rows)("`$args` where the connection is refused", async (row) => {
    const { refused = 3 } = row;
    // What is to be interrupted doesn't come so far.
    const { interruptAfter, ...ends } = row;
    const { ended, out, err } = await run(refused === 3 ? ends : row, REFUSED);
    expect(ended, `${out}${err}`).toBe(refused);
    if (refused === 3) expect(err).toContain(`nothing answers at ${REFUSED}`);
  });

  test.for(["", ...Object.keys(ROWS)])("`%s --help`", async (name) => {
    const { ended, out, err } = await run({ args: `${name} --help`.trim() }, REFUSED);
    expect([ended, err]).toEqual([0, ""]);
    expect(out).toContain(`Usage: `);
  });
});
