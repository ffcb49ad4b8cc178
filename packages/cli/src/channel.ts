import type { ChannelSummary, StreamSummary } from "@aws-sdk/client-ivs";
import { commandLine } from "@rolecast/server";
import { Command } from "commander";
import { listChannels, listLiveStreams } from "./channel-lists.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { print, printJson, styled, table, warn } from "./terminal.ts";

const EXAMPLES = `
Examples:
  $0 channel ls
  $0 channel ls --json | jq -r '.[] | select(.stream) | .name'`;

/** `rolecast channel`: channels, at the terminal. */
export function channelCommand(): Command {
  return new Command("channel")
    .description("List channels.")
    .addCommand(
      withConnection(new Command("ls"))
        .description("List the Region's channels, and which of them are live.")
        .option("--json", "as JSON")
        .addHelpText("after", helpNotes(EXAMPLES))
        .action(list),
    );
}

async function list(flags: ConnectionFlags & { readonly json?: boolean }): Promise<void> {
  const connection = new Connection(flags);
  const channels = await listChannels(connection);
  const { streams, refusal } = await listLiveStreams(connection);
  if (refusal !== undefined) warn(`which channels are live isn't known: ${refusal}`);
  const live = new Map(streams.map((stream) => [stream.channelArn, stream]));
  if (flags.json)
    return printJson(channels.map((channel) => withStream(channel, live.get(channel.arn))));
  if (channels.length === 0)
    return print(
      `No channels in ${connection.region}. ` +
        `Create one: ${commandLine("aws ivs create-channel --name first")}`,
    );
  const state = ({ arn }: ChannelSummary) =>
    refusal === undefined ? stateText(live.get(arn)) : "unknown";
  print(
    table(
      ["NAME", "TYPE", "STATE", "RECORDED", "ARN"],
      channels.map((channel) => [
        channel.name || "–",
        channel.type ?? "",
        state(channel),
        channel.recordingConfigurationArn ? "yes" : "no",
        channel.arn ?? "",
      ]),
    ),
  );
}

function withStream(channel: ChannelSummary, stream: StreamSummary | undefined): object {
  return stream === undefined ? channel : { ...channel, stream };
}

function stateText(stream: StreamSummary | undefined): string {
  if (stream === undefined) return "offline";
  const { viewerCount = 0 } = stream;
  return `${styled("green", "live")}, ${viewerCount} ${viewerCount === 1 ? "viewer" : "viewers"}`;
}
