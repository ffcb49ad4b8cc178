import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { Command, Option } from "commander";
import { Connection, type ConnectionFlags, jsonOf, withConnection } from "./connection.ts";
import { callLine, dataOf, decisionLine, eventLine, type Fields, logLine } from "./feed-lines.ts";
import { fetchSigned, refusal } from "./signed-request.ts";
import { print } from "./terminal.ts";

const FEEDS = {
  log: { path: "logs", line: logLine },
  events: { path: "events", line: eventLine },
  decisions: { path: "decisions", line: decisionLine },
  calls: { path: "cloudtrail", line: callLine },
} as const;
type FeedName = keyof typeof FEEDS;

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
        const json = dataOf(text);
        if (json === undefined) continue;
        print(flags.json ? json : line(JSON.parse(json) as Fields));
      }
    });
}
