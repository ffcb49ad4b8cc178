import { watch } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ConfigError, readGuardrailTests } from "@rolecast/server";
import { Command } from "commander";
import { CommandError, EXIT } from "../command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "../connection.ts";
import { helpNotes } from "../help-notes.ts";
import { print, printJson, styled, table } from "../terminal.ts";
import { organizationOfFolder } from "./from-folder.ts";
import { organizationOfServer } from "./from-server.ts";
import { junitReport } from "./junit.ts";
import { type GuardrailResult, runTest } from "./run-tests.ts";

/** Editors write a file in several steps. */
const SETTLE_MS = 100;

interface TestFlags extends ConnectionFlags {
  readonly junit?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Example:
  $0 guardrails test tests.yml --junit report.xml

The file tests.yml:
  organization: ./organization
  tests:
    - name: nobody in prod deletes linked roles
      principal: arn:aws:iam::222222222222:user/ann
      action: [iam:DeleteServiceLinkedRole]
      expect: deny

Without \`organization\`, a folder of policy files, the running server's is tried. All other
policies count as allowing. Exits with 0 when each decision is as expected, with 1 otherwise.`;

/** `rolecast guardrails`: an organization's policies against a table of expectations. */
export function guardrailsCommand(): Command {
  return new Command("guardrails")
    .description("Test what an organization's policies deny.")
    .addCommand(
      withConnection(new Command("test"))
        .description("Decide a table of requests by SCPs and RCPs.")
        .argument("<FILE>", "tests.yml")
        .option("--junit <FILE>", "write a report for CI")
        .option("--watch", "again whenever the tests or the folder change")
        .option("--json", "as JSON")
        .addHelpText("after", helpNotes(EXAMPLES))
        .action(testGuardrails),
    );
}

async function testGuardrails(file: string, flags: TestFlags): Promise<void> {
  const run = async () => {
    const { organization: folder, tests } = await readGuardrailTests(file);
    const organization =
      folder === undefined
        ? await organizationOfServer(new Connection(flags))
        : await organizationOfFolder(folder);
    const results = tests.flatMap((test) => runTest(test, organization));
    report(results, flags);
    if (flags.junit !== undefined) await writeFile(flags.junit, junitReport(results));
    return { folder, isFailed: results.some(isWrong) };
  };
  if (!flags.watch) {
    const { isFailed } = await asCommand(run);
    if (isFailed) process.exitCode = EXIT.failed;
    return;
  }
  await watchForever(file, () => asCommand(run));
}

/** A mistake in a file is the caller's. */
async function asCommand<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message, EXIT.usage);
    throw error;
  }
}

/** Runs at once, and again after each change of the files, until it is interrupted. */
async function watchForever(
  file: string,
  run: () => Promise<{ readonly folder: string | undefined }>,
): Promise<never> {
  let folder: string | undefined;
  for (;;) {
    try {
      ({ folder } = await run());
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      print(styled("red", error.message));
    }
    await changeIn([dirname(file), ...(folder === undefined ? [] : [folder])]);
    print("");
  }
}

function changeIn(folders: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const watchers = folders.map((folder) =>
      watch(folder, { recursive: true }, () => {
        for (const watcher of watchers) watcher.close();
        setTimeout(resolve, SETTLE_MS);
      }),
    );
  });
}

function isWrong({ expected, decision }: GuardrailResult): boolean {
  return expected !== decision;
}

function report(results: readonly GuardrailResult[], { json }: TestFlags): void {
  if (json) {
    printJson(results);
    return;
  }
  const rows = results.map((result) => {
    const verdict = isWrong(result) ? styled("red", "FAIL") : styled("green", "ok");
    const { principal, action, resource, decision, decidedBy } = result;
    return [verdict, principal, action, resource, decision, decidedBy];
  });
  print(table(["", "PRINCIPAL", "ACTION", "RESOURCE", "DECISION", "DECIDED BY"], rows));
  const wrong = results.filter(isWrong);
  for (const { name, expected, decision } of wrong)
    print(styled("red", `${name}: expected ${expected}, decided ${decision}`));
  print(`${results.length - wrong.length} of ${results.length} as expected`);
}
