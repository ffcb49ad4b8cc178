import { Command, Option } from "commander";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import {
  callLine,
  decisionLine,
  eventLine,
  type Fields,
  isConsoles,
  logLine,
} from "./feed-lines.ts";
import { helpNotes } from "./help-notes.ts";
import { readFeed } from "./read-feed.ts";
import { print } from "./terminal.ts";

const FEEDS = {
  log: { path: "logs", line: logLine },
  events: { path: "events", line: eventLine },
  decisions: { path: "decisions", line: decisionLine },
  calls: { path: "cloudtrail", line: callLine },
} as const;
type FeedName = keyof typeof FEEDS;

interface LogsFlags extends ConnectionFlags {
  readonly of: FeedName;
  readonly console?: boolean;
  readonly json?: boolean;
}

/** `rolecast logs`: what a running server says, as it says it, to whom the key belongs. */
export function logsCommand(): Command {
  return withConnection(new Command("logs"))
    .description("Follow a server's log, events, decisions or API calls.")
    .addOption(
      new Option("--of <WHAT>", "what to follow").choices(Object.keys(FEEDS)).default("log"),
    )
    .option("--console", "decisions on the console's own requests too")
    .option("--json", "each line as it comes, for programs")
    .addHelpText(
      "after",
      helpNotes(
        "\nExamples:\n  $0 logs --of decisions\n  $0 logs --of events --json | jq .detail\n\nCtrl-C ends. The log is for the server's default account alone; what it holds is\nset by the server's --log-level.",
      ),
    )
    .action(async (flags: LogsFlags) => {
      const { path, line } = FEEDS[flags.of];
      for await (const json of readFeed(new Connection(flags), path)) {
        const fields = JSON.parse(json) as Fields;
        if (flags.console || !isConsoles(fields)) print(flags.json ? json : line(fields));
      }
    });
}
