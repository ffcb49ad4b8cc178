import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { Command, Option } from "commander";
import { Connection, type ConnectionFlags, jsonOf, withConnection } from "./connection.ts";
import { fetchSigned, refusal } from "./signed-request.ts";
import { print, styled } from "./terminal.ts";

const FEEDS = {
  log: { path: "logs", line: logLine },
  events: { path: "events", line: eventLine },
  decisions: { path: "decisions", line: decisionLine },
  calls: { path: "cloudtrail", line: callLine },
} as const;
type FeedName = keyof typeof FEEDS;
type Fields = Readonly<Record<string, unknown>>;

/** `rolecast logs`: what a running server says, as it says it, to whom the key belongs. */
export function logsCommand(): Command {
  return withConnection(new Command("logs"))
    .description(
      "Follow a running server: its log, or your account's events, decisions or API calls.",
    )
    .addOption(
      new Option("--of <WHAT>", "what to follow").choices(Object.keys(FEEDS)).default("log"),
    )
    .option("--json", "each line as it comes, for programs")
    .addHelpText(
      "after",
      "\nExamples:\n  rolecast logs --of decisions\n  rolecast logs --of events --json | jq .detail\n\nCtrl-C ends. The log is for the server's default account alone; what it holds is set by the server's --log-level.",
    )
    .action(async (flags: ConnectionFlags & { of: FeedName; json?: boolean }) => {
      const connection = new Connection(flags);
      const { path, line } = FEEDS[flags.of];
      const response = await fetchSigned(connection, { path: `/_rolecast/${path}` });
      const type = response.headers.get("content-type") ?? "";
      if (!response.body || !type.startsWith("text/event-stream")) {
        throw refusal(response, await jsonOf(response));
      }
      const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
      for await (const text of createInterface({ input: body })) {
        if (!text.startsWith("data: ")) continue;
        const json = text.slice("data: ".length);
        print(flags.json ? json : line(JSON.parse(json) as Fields));
      }
    });
}

/** Pino's level numbers. */
const LEVELS: Readonly<Record<number, string>> = {
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
};

function logLine({ time, level, msg, ...rest }: Fields): string {
  const name = LEVELS[Number(level)] ?? String(level);
  const shown =
    name === "error" ? styled("red", name) : name === "warn" ? styled("yellow", name) : name;
  const facts = Object.keys(rest).length === 0 ? "" : ` ${JSON.stringify(rest)}`;
  return `${time} ${shown} ${msg ?? ""}${facts}`;
}

function eventLine(event: Fields): string {
  const { time, region, detail } = event;
  return `${time} ${region} ${styled("bold", String(event["detail-type"]))} ${JSON.stringify(detail)}`;
}

function decisionLine(decision: Fields): string {
  const { atMs, evaluatedEffect, action, resource, principalArn, reason } = decision;
  const allowed = evaluatedEffect === "ALLOW";
  const verdict = styled(allowed ? "green" : "red", allowed ? "allowed" : "denied");
  const why = allowed
    ? ""
    : ` ${reason ?? ""} (rolecast explain ${decision.authorizationId ?? ""})`;
  return `${new Date(Number(atMs)).toISOString()} ${verdict} ${action} on ${resource} to ${principalArn}${why}`;
}

function callLine(record: Fields): string {
  const { eventTime, eventSource, eventName, errorCode, userIdentity } = record;
  const { arn, invokedBy } = (userIdentity ?? {}) as { arn?: string; invokedBy?: string };
  const outcome = errorCode === undefined ? "" : ` ${styled("red", String(errorCode))}`;
  return `${eventTime} ${String(eventSource).split(".")[0]}:${eventName} by ${arn ?? invokedBy ?? "anonymous"}${outcome}`;
}
