import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import {
  callsOfTrailRecord,
  compilePolicy,
  decide,
  type GeneratedPolicy,
  generatePolicy,
  PolicyCompileError,
  PolicySet,
  type RecordedCall,
  type ResourceRule,
} from "@rolecast/policy";
import { pasteable, readAuthorizationData } from "@rolecast/server";
import { Command, Option } from "commander";
import { childEnvironment } from "./child-environment.ts";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { openFeed, readFeed } from "./read-feed.ts";
import {
  callsOf,
  decisionsIn,
  type FedDecision,
  type NeededPermission,
  type PrincipalsCalls,
} from "./recorded-calls.ts";
import { fetchSigned } from "./signed-request.ts";
import { sinceTime } from "./since-option.ts";
import { print, printJson } from "./terminal.ts";
import { trailRecords } from "./trail-files.ts";
import { usedPermissions } from "./used-permissions.ts";

interface GenerateFlags extends ConnectionFlags {
  readonly from?: string[];
  readonly fromCloudtrail?: string[];
  readonly record?: boolean;
  readonly since?: Date;
  readonly reasons?: string;
  readonly principal?: string;
  readonly resources: ResourceRule;
  readonly check?: string[];
  readonly json?: boolean;
}

const RULES = ["exact", "prefix", "service"] as const;

/** `rolecast policy generate`: the smallest policy for what was really called. */
export function generateCommand(): Command {
  return withConnection(new Command("generate"))
    .description("Write the smallest policy that allows what was called.")
    .argument("[PROGRAM...]", "with --record: the program to run, after --")
    .option("--since <TIME>", "what was called since: 90m, 12h, 7d ago, or a date", sinceTime)
    .option("--record", "run the program and take what it calls meanwhile")
    .option(
      "--from <FILE...>",
      pasteable("decisions, as `$0 logs --of decisions --json` prints them"),
    )
    .option("--from-cloudtrail <PLACE...>", "log files, folders of them, or s3://bucket/prefix")
    .option("--principal <ARN>", "whose calls; without it, of the only one who called")
    .addOption(
      new Option("--resources <RULE>", "as they were, up to the last slash, or all of the service")
        .choices(RULES)
        .default("exact"),
    )
    .option("--check <FILE...>", "say which calls these policies don't allow, and exit with 1")
    .option("--reasons <FILE>", "write which calls need each statement")
    .option("--json", "the policies and what each statement is for, as JSON")
    .addHelpText(
      "after",
      helpNotes(
        "\nExamples:\n  $0 policy generate --principal arn:aws:iam::000000000000:role/app --since 7d\n  $0 policy generate --record -- npm test\n  $0 policy generate --record --check app.json -- npm test\n  $0 logs --of decisions --json > calls.jsonl\n  $0 policy generate --from calls.jsonl --resources prefix\n\nWithout --record and --from…, the calls are those that the server remembers, of a year at most.\nThe program's calls are decided as always. A server with `--enforcement soft` lets calls pass\nthat nothing allows, so that one run shows them all.",
      ),
    )
    .action(generate);
}

async function generate(program: string[], flags: GenerateFlags): Promise<void> {
  const recorded = await recordedBy(program, flags);
  const found = callsOf(recorded.decisions, flags.principal);
  const generated = generatePolicy(found.calls, { resources: flags.resources });
  const missing = flags.check && (await uncovered(found.calls, flags.check));
  if (flags.reasons !== undefined) await writeFile(flags.reasons, reasonsOf(found, generated));
  if (flags.json) printJson({ ...generated, principal: found.principal, missing });
  else if (missing === undefined) for (const document of generated.documents) print(document);
  else for (const line of missing) print(`not allowed: ${line}`);
  for (const line of summary(found, generated, missing)) process.stderr.write(`${line}\n`);
  if (recorded.code !== 0) process.exitCode = recorded.code;
  else if (missing !== undefined && missing.length > 0) process.exitCode = EXIT.failed;
}

/** Finds the calls where the flags say. */
async function recordedBy(program: string[], flags: GenerateFlags): Promise<Recorded> {
  const { record, from, since } = flags;
  if (record) {
    if (since) throw new CommandError("--since is about earlier calls: leave --record out.");
    return recordedWhile(program, new Connection(flags));
  }
  if (program.length > 0) throw new CommandError("a program is run with --record.");
  if (from) return { decisions: await fromFiles(from), code: 0 };
  if (flags.fromCloudtrail) return { decisions: await fromTrails(flags), code: 0 };
  return { decisions: await usedPermissions(new Connection(flags), { since }), code: 0 };
}

/** Text for people: the statements, and the calls that need each. */
function reasonsOf({ principal }: PrincipalsCalls, { statements }: GeneratedPolicy): string {
  const parts = statements.map(({ sid, actions, operations }) => {
    const calls = operations.length === 0 ? ["calls that the records don't name"] : operations;
    return [`## ${sid}`, `${actions.join(", ")}, needed by:`, ...calls.map((call) => `- ${call}`)];
  });
  return [`# What ${principal} called`, ...parts.map((lines) => lines.join("\n"))]
    .join("\n\n")
    .concat("\n");
}

function summary(
  { principal, calls, denied }: PrincipalsCalls,
  { statements, documents }: GeneratedPolicy,
  missing: readonly string[] | undefined,
): readonly string[] {
  const policies = documents.length === 1 ? "1 policy" : `${documents.length} policies`;
  return [
    `${calls.length} calls of ${principal}: ${statements.length} statements in ${policies}.`,
    ...(missing === undefined
      ? statements.map(
          ({ sid, actions, calls: count }) => `  ${sid}: ${actions.join(", ")} (${count})`,
        )
      : [`${missing.length} of them aren't allowed by the given policies.`]),
    ...(denied === 0
      ? []
      : [`${denied} calls were denied, and are in the policy. Others may come after them.`]),
  ];
}

/** CloudTrail's records as permissions; says which calls AWS lists no action for. */
async function fromTrails(flags: GenerateFlags): Promise<readonly NeededPermission[]> {
  const { fromCloudtrail = [], since } = flags;
  const data = await readAuthorizationData();
  const found: NeededPermission[] = [];
  const unknown = new Set<string>();
  for await (const record of trailRecords(fromCloudtrail, () => new Connection(flags))) {
    if (since && new Date(record.eventTime ?? 0) < since) continue;
    const calls = callsOfTrailRecord(record, data);
    const isServices =
      record.userIdentity?.type === "AWSService" || record.eventType === "AwsServiceEvent";
    if (calls.length === 0 && !isServices) unknown.add(`${record.eventSource} ${record.eventName}`);
    for (const { context, ...call } of calls) {
      const service = context?.get("iam:awsservicename");
      const values = service === undefined ? {} : { "iam:AWSServiceName": [service].flat() };
      found.push({ ...call, context: values });
    }
  }
  for (const call of unknown) process.stderr.write(`no action is known for ${call}\n`);
  return found;
}

interface Recorded {
  readonly decisions: readonly NeededPermission[];
  /** The program's exit code. */
  readonly code: number;
}

async function fromFiles(files: readonly string[]): Promise<readonly FedDecision[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return texts.flatMap((text, index) => decisionsIn(text, files[index] ?? ""));
}

/** Runs the program, and takes the account's decisions from its start to its end. */
async function recordedWhile([name, ...args]: string[], connection: Connection): Promise<Recorded> {
  if (name === undefined) throw new CommandError("name the program after --: `-- npm test`.");
  const before = new Set<string>();
  for await (const json of readFeed(connection, "decisions", { follow: false }))
    before.add((JSON.parse(json) as FedDecision).authorizationId);
  const decisions: FedDecision[] = [];
  const feed = await openFeed(connection, "decisions");
  let isOver = false;
  const running = runProgram(name, args, connection.environment()).finally(async () => {
    isOver = true;
    // The decision on this call comes after all of the program's.
    await (await fetchSigned(connection, { path: "/_rolecast/decisions?follow=false" })).text();
  });
  for await (const json of feed) {
    const decision: FedDecision = JSON.parse(json);
    if (isOver && decision.action === "rolecast:ReadDecisions") break;
    if (!before.has(decision.authorizationId)) decisions.push(decision);
  }
  return { decisions, code: await running };
}

function runProgram(
  name: string,
  args: readonly string[],
  given: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: "inherit", env: childEnvironment(given) });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** The calls that policies don't allow, each once: "s3:GetObject on arn:…". */
async function uncovered(
  calls: readonly RecordedCall[],
  files: readonly string[],
): Promise<readonly string[]> {
  const policies = await Promise.all(
    files.map(async (file) => {
      try {
        const text = await readFile(file, "utf8");
        return compilePolicy(text, { kind: "identity", id: file, managed: false });
      } catch (error) {
        if (error instanceof PolicyCompileError)
          throw new CommandError(`${file}: ${error.message}.`);
        throw error;
      }
    }),
  );
  const identity = new PolicySet(policies);
  const principal = {
    kind: "user",
    accountId: "000000000000",
    arn: "arn:aws:iam::000000000000:user/user",
    id: "AIDAEXAMPLEEXAMPLE000",
    userName: "user",
  } as const;
  const missing = calls.filter(
    ({ action, resource, context = new Map() }) =>
      decide(
        { principal, action, resource, resourceAccountId: undefined, context },
        { identity },
      ) !== "allow",
  );
  return [...new Set(missing.map(({ action, resource }) => `${action} on ${resource}`))].sort();
}
