import { commandLine } from "@rolecast/server";
import { styled } from "./terminal.ts";

/** An item of a feed. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns the item in a line of server-sent events; undefined for ids, comments and gaps. */
export function dataOf(line: string): string | undefined {
  return line.startsWith("data: ") ? line.slice("data: ".length) : undefined;
}

/** Pino's level numbers. */
const LEVELS: Readonly<Record<number, string>> = {
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
};

/** Writes a line of the log: when, how bad, what, and the rest as JSON. */
export function logLine({ time, level, msg, ...rest }: Fields): string {
  const name = LEVELS[Number(level)] ?? String(level);
  const shown =
    name === "error" ? styled("red", name) : name === "warn" ? styled("yellow", name) : name;
  const facts = Object.keys(rest).length === 0 ? "" : ` ${JSON.stringify(rest)}`;
  return `${time} ${shown} ${msg ?? ""}${facts}`;
}

/** Writes an event of EventBridge. */
export function eventLine(event: Fields): string {
  const { time, region, detail } = event;
  const type = styled("bold", String(event["detail-type"]));
  return `${time} ${region} ${type} ${JSON.stringify(detail)}`;
}

/** Whether a page of the console asked for what was decided. */
export function isConsoles({ client }: Fields): boolean {
  return client === "console";
}

/** Writes a decision; a denial names the command that explains it. */
export function decisionLine(decision: Fields): string {
  const { atMs, evaluatedEffect, action, resource, principalArn, reason } = decision;
  const allowed = evaluatedEffect === "ALLOW";
  const verdict = styled(allowed ? "green" : "red", allowed ? "allowed" : "denied");
  const why = allowed
    ? ""
    : ` ${reason ?? ""} (${commandLine("explain", String(decision.authorizationId ?? ""))})`;
  const time = new Date(Number(atMs)).toISOString();
  return `${time} ${verdict} ${action} on ${resource} to ${principalArn}${why}`;
}

/** Writes a call as CloudTrail records it. */
export function callLine(record: Fields): string {
  const { eventTime, eventSource, eventName, errorCode, userIdentity } = record;
  const { arn, invokedBy } = (userIdentity ?? {}) as { arn?: string; invokedBy?: string };
  const outcome = errorCode === undefined ? "" : ` ${styled("red", String(errorCode))}`;
  const service = String(eventSource).split(".")[0];
  const caller = arn ?? invokedBy ?? "anonymous";
  return `${eventTime} ${service}:${eventName} by ${caller}${outcome}`;
}
