import { Command, InvalidArgumentError } from "commander";
import { CommandError } from "./command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { type Details, explanationOf } from "./explanation.ts";
import { type Fields, isConsoles } from "./feed-lines.ts";
import { helpNotes } from "./help-notes.ts";
import { readFeed } from "./read-feed.ts";
import { getSigned } from "./signed-request.ts";
import { print, printJson } from "./terminal.ts";

interface ExplainFlags extends ConnectionFlags {
  readonly last: number;
  readonly user?: string;
  readonly console?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** The server keeps so many denials of an account ready; older ones are found by id. */
const LAST_MAX = 100;

const NOTHING_DENIED = "nothing was denied in the last 24 hours.";

/** `rolecast explain [id]`: why a request was denied, and what nearly allowed it. */
export function explainCommand(): Command {
  return withConnection(new Command("explain"))
    .summary("Say why a request was denied, and what nearly allowed it.")
    .description(
      "Explain a denial: the latest one, the one with this authorization id, or all those of the request with this id. The first is in IAM's message and in the header x-rolecast-authorization-id, the second in every answer.",
    )
    .argument("[id]", "id of an authorization or of a request; left out, the latest denial")
    .option("--last <N>", "explain so many of the latest denials", countOf, 1)
    .option("--user <NAME>", "only denials of this user, role or session")
    .option("--console", "denials of the console's own requests too")
    .option("--follow", "explain each denial as it happens")
    .option("--json", "the whole answers as JSON; with --follow a line for each denial")
    .addHelpText(
      "after",
      helpNotes(
        "\nExamples:\n  $0 explain\n  $0 explain --last 5 --user ann\n  $0 explain xl720mqijqetg0gd23prip1dh\n\nA server keeps each denial for 24 hours.",
      ),
    )
    .action(explain);
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= LAST_MAX) return count;
  throw new InvalidArgumentError(`a number from 1 to ${LAST_MAX}`);
}

async function explain(id: string | undefined, flags: ExplainFlags): Promise<void> {
  const connection = new Connection(flags);
  if (id !== undefined) return show(connection, [id], flags);
  const kept: string[] = [];
  for await (const json of readFeed(connection, "decisions", { follow: false }))
    if (isAbout(json, flags)) kept.push(idOf(json));
  const latest = kept.slice(-flags.last);
  if (latest.length === 0 && !flags.follow) throw new CommandError(NOTHING_DENIED);
  if (latest.length > 0) await show(connection, latest, flags);
  if (!flags.follow) return;
  for await (const json of readFeed(connection, "decisions")) {
    const next = idOf(json);
    if (!isAbout(json, flags) || kept.includes(next)) continue;
    if (!flags.json) print("");
    await show(connection, [next], flags);
  }
}

/** The latest denial, explained. @throws CommandError where nothing was denied. */
export async function latestExplanation(connection: Connection): Promise<string> {
  let latest: string | undefined;
  for await (const json of readFeed(connection, "decisions", { follow: false }))
    if (isAbout(json, {})) latest = idOf(json);
  if (latest === undefined) throw new CommandError(NOTHING_DENIED);
  return (await detailsOf(connection, latest)).map(explanationOf).join("\n\n");
}

/** With `--json` all of them are one list, unless more are to follow. */
async function show(
  connection: Connection,
  ids: readonly string[],
  { json, follow }: ExplainFlags,
): Promise<void> {
  const answers: Details[] = [];
  for (const id of ids) answers.push(...(await detailsOf(connection, id)));
  if (!json) print(answers.map(explanationOf).join("\n\n"));
  else if (!follow) printJson(answers);
  else for (const details of answers) print(JSON.stringify(details));
}

/** One answer, or one for each page of a request's denials. */
export async function detailsOf(connection: Connection, id: string): Promise<readonly Details[]> {
  const path = `/authorization-details/${encodeURIComponent(id)}`;
  const answers: Details[] = [];
  for (let query = ""; ; ) {
    const { nextToken, ...details } = (await getSigned(connection, path + query, "iam")) as Details;
    answers.push(details);
    if (nextToken === undefined) return answers;
    query = `?nextToken=${encodeURIComponent(nextToken)}`;
  }
}

function idOf(json: string): string {
  return String((JSON.parse(json) as Fields).authorizationId);
}

/** To be refused the reason for a denial isn't the denial that is asked about. */
const ASKING_WHY = new Set(["ReadDecisions", "GetRequestAuthorizationDetails"]);

/** Whether a decision is a denial, and of the user or role that was asked for. */
function isAbout(json: string, flags: Pick<ExplainFlags, "user" | "console">): boolean {
  const { user } = flags;
  const decision = JSON.parse(json) as Fields;
  const { evaluatedEffect, operation, principalArn } = decision;
  if (evaluatedEffect === "ALLOW" || (isConsoles(decision) && !flags.console)) return false;
  if (ASKING_WHY.has(String(operation))) return false;
  return user === undefined || String(principalArn).split(/[:/]/).slice(5).includes(user);
}
