import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { EXIT } from "./command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { getSigned } from "./signed-request.ts";
import { sinceTime } from "./since-option.ts";
import { print, printJson, styled } from "./terminal.ts";

interface UnusedFlags extends ConnectionFlags {
  readonly principal: string;
  readonly since?: Date;
  readonly reduced?: string;
  readonly json?: boolean;
}

/** A policy as the server has examined it. */
export interface ExaminedPolicy {
  readonly PolicyName: string;
  readonly PolicyArn?: string;
  readonly GroupName?: string;
  readonly UnusedStatements: readonly {
    readonly Index: number;
    readonly Sid?: string;
    readonly IsUnused: boolean;
    readonly Actions: readonly string[];
    readonly Resources: readonly string[];
  }[];
  readonly IsUnused: boolean;
  readonly ReducedPolicy?: string;
}

interface Examined {
  /** Seconds since the epoch. */
  readonly LastUsed?: number;
  readonly Policies: readonly ExaminedPolicy[];
  readonly AccessKeys: readonly { readonly AccessKeyId: string; readonly LastUsed?: number }[];
}

const EXAMPLES = `
Example:
  $0 policy unused --principal arn:aws:iam::000000000000:role/app --since 90d

The server remembers what was needed, of a year at most. Exits with 0 when everything was, with 1
when something wasn't.`;

/** `rolecast policy unused`: what a principal's policies allow and nothing has needed. */
export function unusedCommand(): Command {
  return withConnection(new Command("unused"))
    .description("Show what policies allow and nothing has needed.")
    .requiredOption("--principal <ARN>", "the user or role")
    .option("--since <TIME>", "needed since: 90m, 12h, 90d ago, or a date", sinceTime)
    .option("--reduced <DIR>", "write the policies without it into a folder")
    .option("--json", "as JSON")
    .addHelpText("after", helpNotes(EXAMPLES))
    .action(unused);
}

async function unused({ principal, since, ...flags }: UnusedFlags): Promise<void> {
  const query = new URLSearchParams({ principal, ...(since && { since: since.toISOString() }) });
  const path = `/_rolecast/unused-permissions?${query}`;
  const examined = (await getSigned(new Connection(flags), path)) as Examined;
  const sinceS = (since?.getTime() ?? 0) / 1_000;
  const lines = [
    ...examined.Policies.flatMap(unusedLines),
    ...examined.AccessKeys.filter(
      ({ LastUsed }) => LastUsed === undefined || LastUsed < sinceS,
    ).map(({ AccessKeyId }) => `access key ${AccessKeyId} isn't used`),
  ];
  if (flags.json) printJson(examined);
  else if (lines.length > 0) for (const line of lines) print(line);
  else print(styled("green", `${principal} needed all that its policies allow.`));
  if (flags.reduced !== undefined) await writeReduced(flags.reduced, examined.Policies);
  if (lines.length > 0) process.exitCode = EXIT.failed;
}

/** One line for a policy or statement that nothing needed, or for the parts of one. */
export function unusedLines(policy: ExaminedPolicy): readonly string[] {
  const { PolicyName, GroupName, IsUnused, UnusedStatements } = policy;
  const name = GroupName === undefined ? PolicyName : `${PolicyName} (via group ${GroupName})`;
  if (IsUnused) return [`${name} isn't used`];
  return UnusedStatements.map(({ Index, Sid, IsUnused: isWhole, Actions, Resources }) => {
    const statement = `${name}: statement ${Sid ?? Index + 1}`;
    if (isWhole) return `${statement} isn't used`;
    return `${statement} doesn't need ${[...Actions, ...Resources].join(", ")}`;
  });
}

async function writeReduced(dir: string, policies: readonly ExaminedPolicy[]): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const { PolicyName, ReducedPolicy } of policies)
    if (ReducedPolicy !== undefined)
      // IAM's names have no slash.
      await writeFile(join(dir, `${PolicyName}.json`), `${ReducedPolicy}\n`);
}
