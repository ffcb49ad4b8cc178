import {
  CHAT_METRICS,
  COMPOSITION_EVENTS,
  IVS_EVENTS,
  IVS_METRICS,
  STAGE_EVENTS,
  STAGE_METRICS,
} from "@rolecast/server";
import type { Command } from "commander";
import { rolecastProgram } from "../packages/cli/src/program.ts";

/*
 * Pages of docs/ that only the code can write: the command line's help, events, metrics; a list of
 * decisions.
 */

const WRITTEN = "Written by `npm run docs` from the code.";
/** Fits the site's column. */
const HELP_COLUMNS = 84;

export async function commandsPage(): Promise<string> {
  const program = await rolecastProgram();
  return [
    "# Command reference",
    "",
    `What \`--help\` says of every command. [The command line](cli.md) explains what they are for. ${WRITTEN}`,
    "",
    ...leavesOf(program).flatMap((command) => [
      `## ${pathOf(command)}`,
      "",
      '```text skip="npm run docs writes it"',
      helpOf(command),
      "```",
      "",
    ]),
  ].join("\n");
}

/** The program itself, then every command that does something. */
function leavesOf(program: Command): readonly Command[] {
  const below = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(below);
  return [program, ...program.commands.flatMap(below)];
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent ? `${pathOf(parent)} ${command.name()}` : "rolecast";
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => HELP_COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
}

export function eventsPage(): string {
  return [
    "# Event reference",
    "",
    "Each event is JSON in EventBridge's envelope with `source` `aws.ivs`; `resources` has the channel's ARN. `detail` has the name, `channel_name`,",
    "`stream_id` and what belongs to the type. A recording's has `recording_status_reason`, `recording_s3_bucket_name`, `recording_s3_key_prefix`,",
    "`recording_duration_ms`, `recording_session_id` and `recording_session_stream_ids`; a limit's has `limit_value`, `exceeded_by` and `limit_unit`.",
    `How they reach you: [events](events.md). ${WRITTEN}`,
    "",
    ...eventSections(IVS_EVENTS),
    "The following are of [stages](ivs-realtime.md), whose ARN is in `resources`.",
    "`detail` has the name, `session_id`, `participant_id` and `user_id`.",
    "",
    ...eventSections(STAGE_EVENTS),
    "The following are of [compositions](ivs-realtime.md#compositions), whose ARN is in",
    "`resources`. `detail` has the name, `stage_arn`, and `id` of a destination.",
    "",
    ...eventSections(COMPOSITION_EVENTS),
    "## AWS API Call via CloudTrail",
    "",
    "A change that a trail records, `source` named after the service (`aws.iam`). `detail` is the [record](audit.md#what-is-recorded).",
    "",
  ].join("\n");
}

interface EventType {
  readonly nameField: string;
  readonly names: Readonly<Record<string, string>>;
}

function eventSections(types: Readonly<Record<string, EventType>>): readonly string[] {
  return Object.entries(types).flatMap(([type, { nameField, names }]) => [
    `## ${type}`,
    "",
    `| \`detail.${nameField}\` | when |`,
    "| --- | --- |",
    ...Object.entries(names).map(([name, meaning]) => `| ${name} | ${meaning} |`),
    "",
  ]);
}

/** `exposition` is what `/_rolecast/metrics` answers on a server that did nothing yet. */
export function metricsPage(exposition: string): string {
  const ours = [...exposition.matchAll(/^# HELP (rolecast_\w+) (.*)\n# TYPE \S+ (\w+)$/gm)].map(
    ([, name, help, type]) => `| \`${name}\` | ${type} | ${help} |`,
  );
  const facts = [...exposition.matchAll(/^rolecast_fact\{service="(\w+)",name="(\w+)"\}/gm)].map(
    ([, service, name]) => `| \`${service}\` | \`${name}\` |`,
  );
  return [
    "# Metric reference",
    "",
    `${WRITTEN}`,
    "",
    "## Amazon CloudWatch, namespace AWS/IVS",
    "",
    "Put every five seconds while a stream is live; `aws cloudwatch get-metric-statistics` reads them ([CloudWatch](cloudwatch.md)). `account` is a",
    "value over all channels, without a dimension.",
    "",
    "| metric | unit | by | meaning |",
    "| --- | --- | --- | --- |",
    ...Object.entries(IVS_METRICS).map(
      ([name, { unit, by, meaning }]) => `| ${name} | ${unit} | ${by.join(", ")} | ${meaning} |`,
    ),
    "",
    "## Amazon CloudWatch, namespace AWS/IVSChat",
    "",
    "Put every five seconds; the unit is Count. None has the room as a dimension, as on AWS.",
    "",
    "| metric | by | meaning |",
    "| --- | --- | --- |",
    ...Object.entries(CHAT_METRICS).map(
      ([name, { by, meaning }]) => `| ${name} | ${by.join(", ") || "account"} | ${meaning} |`,
    ),
    "",
    "## Amazon CloudWatch, namespace AWS/IVSRealTime",
    "",
    "Put every five seconds for each [stage](ivs-realtime.md) that somebody is on.",
    "`Stage` is the stage's id.",
    "",
    "| metric | unit | by | meaning |",
    "| --- | --- | --- | --- |",
    ...Object.entries(STAGE_METRICS).map(
      ([name, { unit, by, meaning }]) => `| ${name} | ${unit} | ${by || "account"} | ${meaning} |`,
    ),
    "",
    "## Prometheus, /_rolecast/metrics",
    "",
    "| metric | type | meaning |",
    "| --- | --- | --- |",
    ...ours,
    "",
    "Beside them stand Node's own (`process_…`, `nodejs_…`). The names of `rolecast_fact` on a server that did nothing yet:",
    "",
    "| service | name |",
    "| --- | --- |",
    ...facts.sort(),
    "",
  ].join("\n");
}

/** Returns the title of each decision, which begins with its number. */
export function decisionsPage(decisions: ReadonlyMap<string, string>): string {
  const entries = [...decisions].map(
    ([name, text]) => `- [${text.split("\n")[0]?.replace(/^# /, "")}](${name})`,
  );
  return ["# Decisions", "", "Why things are as they are, one page each.", "", ...entries, ""].join(
    "\n",
  );
}
