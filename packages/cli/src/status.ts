import { Command } from "commander";
import { listChannels, listLiveStreams } from "./channel-lists.ts";
import { Connection, type ConnectionFlags, jsonOf, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { PROTOCOLS, type ProtocolName } from "./ingest-protocols.ts";
import { principalText } from "./principal-text.ts";
import { fetchSigned } from "./signed-request.ts";
import { labelled, print, printJson, styled, table } from "./terminal.ts";

/** `rolecast status`: what runs, who is asking, what is live. */
export function statusCommand(): Command {
  return withConnection(new Command("status"))
    .description("Show a server's addresses, whose key this is, and what is live.")
    .option("--json", "as JSON")
    .addHelpText("after", helpNotes("\nExample:\n  $0 status --json | jq .identity.Arn"))
    .action(async (flags: ConnectionFlags & { json?: boolean }) => {
      const connection = new Connection(flags);
      const health = await healthOf(connection);
      const identity = await identityOf(connection);
      const { streams, refusal } = await listLiveStreams(connection);
      if (flags.json) {
        printJson({ endpoint: connection.endpoint, identity, streams, refusal, health });
        return;
      }
      for (const [name, value] of factsOf(connection, health))
        print(labelled(name.padEnd(10), value));
      print(labelled("Key of".padEnd(10), principalText(identity.Arn ?? "")));
      const live = streams.length === 0 ? "nothing" : String(streams.length);
      print(labelled("Live".padEnd(10), refusal ?? `${live} in ${connection.region}`));
      if (streams.length === 0) return;
      const names = await channelNames(connection);
      print("");
      print(
        table(
          ["CHANNEL", "HEALTH", "VIEWERS", "SINCE"],
          streams.map(({ channelArn = "", health: state = "", viewerCount = 0, startTime }) => [
            names.get(channelArn) || channelArn,
            styled(state === "HEALTHY" ? "green" : "yellow", state),
            String(viewerCount),
            startTime?.toISOString() ?? "",
          ]),
        ),
      );
    });
}

/** Channels' names by their ARNs; none where the key may not list channels. */
async function channelNames(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const { AccessDeniedException } = await import("@aws-sdk/client-ivs");
  try {
    const channels = await listChannels(connection);
    return new Map(channels.map(({ arn = "", name = "" }) => [arn, name]));
  } catch (error) {
    if (!(error instanceof AccessDeniedException)) throw error;
    return new Map();
  }
}

/** Reads the health with its details if the key allows it, else the public part. */
async function healthOf(connection: Connection): Promise<Record<string, unknown>> {
  const path = "/_rolecast/health";
  const response = await fetchSigned(connection, { path });
  return response.ok ? jsonOf(response) : connection.getJson(path);
}

/** The part of the server's health that its users need. */
function factsOf(
  { endpoint }: Connection,
  health: Readonly<Record<string, unknown>>,
): readonly (readonly [name: string, value: string])[] {
  const {
    services = {},
    ivs = {},
    store = {},
    server: { stage = "ready", endsBefore } = {},
  } = health as {
    server?: { stage?: string; endsBefore?: string };
    store?: { condition?: string; message?: string };
    services?: Readonly<Record<string, string>>;
    ivs?: { ffmpeg?: string; transcoding?: string } & Partial<
      Record<`${ProtocolName}Port`, number>
    >;
  };
  const stageFact = `(${stage}${endsBefore === undefined ? "" : `, ends by ${endsBefore}`})`;
  const states = Object.entries(services).sort(([one], [other]) => one.localeCompare(other));
  return [
    ["Server", stage === "ready" ? endpoint : `${endpoint} ${styled("yellow", stageFact)}`],
    ["Console", `${endpoint}/`],
    ["Docs", `${endpoint}/_rolecast/docs/`],
    ...ingestFacts(endpoint, ivs),
    [
      "ffmpeg",
      `${ivs.ffmpeg ?? "not told to this key"}, transcoding ${ivs.transcoding ?? "not told"}`,
    ],
    ...(store.message === undefined ? [] : [["Database", styled("red", store.message)] as const]),
    [
      "Services",
      states
        .map(([name, state]) => (state === "running" ? name : styled("red", `${name}: ${state}`)))
        .join(", "),
    ],
  ];
}

/** The URL of each protocol by which encoders publish, at the host that answered. */
function ingestFacts(
  endpoint: string,
  ports: Partial<Record<`${ProtocolName}Port`, number>>,
): readonly (readonly [name: string, value: string])[] {
  const { hostname } = new URL(endpoint);
  return PROTOCOLS.filter(({ portName }) => ports[portName]).map((protocol) => {
    const { name, title, path, rest, portName } = protocol;
    const isAskedByHttp = "isAskedByHttp" in protocol;
    const server = isAskedByHttp ? endpoint : `${name}://${hostname}:${ports[portName]}`;
    return [title, `${server}${path}${rest}`] as const;
  });
}

async function identityOf(connection: Connection) {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const { Account, Arn } = await (await connection.sts()).send(new GetCallerIdentityCommand({}));
  return { Account, Arn };
}
