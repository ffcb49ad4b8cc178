import { Command } from "commander";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { print, printJson, styled, table } from "./terminal.ts";

/** `rolecast status`: what runs, who is asking, what is live. */
export function statusCommand(): Command {
  return withConnection(new Command("status"))
    .description("Show what a running server serves, whom the key belongs to and what is live.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  rolecast status --json | jq .identity.Arn")
    .action(async (flags: ConnectionFlags & { json?: boolean }) => {
      const connection = new Connection(flags);
      const health = await connection.getJson("/_rolecast/health");
      const identity = await identityOf(connection);
      const streams = await streamsOf(connection);
      if (flags.json) {
        printJson({ endpoint: connection.endpoint, identity, streams, health });
        return;
      }
      print(`Server    ${connection.endpoint}`);
      print(`Key of    ${identity.Arn}`);
      const { services = {} } = health as { services?: Record<string, string> };
      print(`Services  ${Object.keys(services).sort().join(", ")}`);
      print(`Live in ${connection.region}  ${streams.length === 0 ? "nothing" : ""}`);
      if (streams.length > 0) {
        print("");
        print(
          table(
            ["CHANNEL", "HEALTH", "VIEWERS", "SINCE"],
            streams.map((stream) => [
              stream.channelArn ?? "",
              styled(stream.health === "HEALTHY" ? "green" : "yellow", stream.health ?? ""),
              String(stream.viewerCount ?? 0),
              stream.startTime?.toISOString() ?? "",
            ]),
          ),
        );
      }
    });
}

async function identityOf(connection: Connection) {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const { Account, Arn } = await (await connection.sts()).send(new GetCallerIdentityCommand({}));
  return { Account, Arn };
}

async function streamsOf(connection: Connection) {
  const { paginateListStreams } = await import("@aws-sdk/client-ivs");
  const streams = [];
  for await (const page of paginateListStreams({ client: await connection.ivs() }, {})) {
    streams.push(...(page.streams ?? []));
  }
  return streams;
}
