import { commandLine } from "@rolecast/server";
import { Command } from "commander";
import { type EncoderFlags, encoderFor, publish, sourceOf, withEncoder } from "./broadcast.ts";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { callOperation } from "./json-operation.ts";
import {
  findStage,
  listStages,
  listStorageConfigurations,
  type StorageConfiguration,
} from "./stage-lists.ts";
import { durationText, print, printJson, styled, table } from "./terminal.ts";

interface JoinFlags extends EncoderFlags {
  readonly user: string;
}

interface RecordFlags extends ConnectionFlags {
  readonly off?: boolean;
  readonly json?: boolean;
}

interface IngestConfiguration {
  readonly arn: string;
  readonly streamKey: string;
  readonly participantId: string;
}

const SMALLER = "force_original_aspect_ratio=decrease:force_divisible_by=2";
/** A picture that browsers decode and a stage takes: at most 720p, and without B-frames. */
const STAGE_PICTURE = [
  ...["-profile:v", "baseline", "-bf", "0"],
  ...["-vf", `scale=w='min(1280,iw)':h='min(720,ih)':${SMALLER}`],
];

const JOIN_HELP = `
With a file or --test-pattern, joins as a participant that publishes it by RTMPS, and leaves at its
end: an ingest configuration is made for it, and deleted afterwards. Without, prints a participant
token and the stage's endpoints, for a page with Amazon's SDK or a WHIP encoder.

Examples:
  $0 stage join rehearsal talk.mp4 --user speaker
  $0 stage join rehearsal --test-pattern --duration 30
  $0 stage join rehearsal --user ann --json | jq -r .token`;

const RECORD_HELP = `
Participants who publish from now on are recorded to the bucket, each by itself. The bucket's policy
is changed, so the caller needs s3:PutBucketPolicy.

Examples:
  $0 stage record rehearsal my-bucket
  $0 stage record rehearsal --off`;

/** `rolecast stage`: stages of IVS Real-Time, at the terminal. */
export function stageCommand(): Command {
  const join = withConnection(new Command("join"))
    .description("Join a stage: publish a file or a test pattern, or get a token.")
    .argument("<STAGE>", "the stage's ARN, or its name");
  const record = withConnection(new Command("record"))
    .description("Record a stage's participants to a bucket, or stop that.")
    .argument("<STAGE>", "the stage's ARN, or its name")
    .argument("[BUCKET]", "a bucket of the same Region");
  return new Command("stage")
    .description("List and join stages, and record their participants.")
    .addCommand(
      withConnection(new Command("ls"))
        .description("List the Region's stages, and in which of them somebody is.")
        .option("--json", "as JSON")
        .addHelpText("after", helpNotes("\nExample:\n  $0 stage ls --json | jq -r '.[].arn'"))
        .action(listAll),
    )
    .addCommand(
      withEncoder(join)
        .option("--user <NAME>", "the participant's user id", "rolecast")
        .addHelpText("after", helpNotes(JOIN_HELP))
        .action(joinStage),
    )
    .addCommand(
      record
        .option("--off", "record no more participants")
        .option("--json", "the stage's recording configuration as JSON")
        .addHelpText("after", helpNotes(RECORD_HELP))
        .action(recordStage),
    );
}

async function listAll(flags: ConnectionFlags & { readonly json?: boolean }): Promise<void> {
  const connection = new Connection(flags);
  const stages = await listStages(connection);
  if (flags.json) return printJson(stages);
  if (stages.length === 0)
    return print(
      `No stages in ${connection.region}. ` +
        `Create one: ${commandLine("aws ivs-realtime create-stage --name first")}`,
    );
  print(
    table(
      ["NAME", "STATE", "ARN"],
      stages.map(({ name, activeSessionId, arn }) => [
        name || "–",
        activeSessionId ? styled("green", "live") : "empty",
        arn,
      ]),
    ),
  );
}

async function joinStage(name: string, file: string | undefined, flags: JoinFlags): Promise<void> {
  const connection = new Connection(flags);
  if (file === undefined && flags.testPattern !== true) return printToken(connection, name, flags);
  const ffmpeg = encoderFor(file, flags);
  const { arn: stageArn, endpoints } = await findStage(connection, name);
  if (endpoints.rtmps === undefined) throw new CommandError("the server takes no RTMPS.");
  const made = await call<{ readonly ingestConfiguration: IngestConfiguration }>(
    ...([connection, "CreateIngestConfiguration"] as const),
    { stageArn, ingestProtocol: "RTMPS", userId: flags.user, name: "rolecast-stage-join" },
  );
  const { arn, streamKey, participantId } = made.ingestConfiguration;
  try {
    const source = sourceOf(file, flags, STAGE_PICTURE);
    const url = `${endpoints.rtmps}${streamKey}`;
    const published = await publish(ffmpeg, source, url, flags.duration);
    if (flags.json) printJson({ stageArn, participantId, ...published });
    else print(`Published ${durationText(published.durationMs)} as participant ${participantId}.`);
  } finally {
    await call(connection, "DeleteIngestConfiguration", { arn, force: true });
  }
}

async function printToken(connection: Connection, name: string, flags: JoinFlags): Promise<void> {
  const { arn: stageArn, endpoints } = await findStage(connection, name);
  const { participantToken } = await call<{
    readonly participantToken: { readonly token: string; readonly participantId: string };
  }>(connection, "CreateParticipantToken", { stageArn, userId: flags.user });
  const { token, participantId } = participantToken;
  const { whip, events } = endpoints;
  if (flags.json) return printJson({ stageArn, participantId, token, whip, events });
  print(`participant  ${participantId}\nWHIP         ${whip}\ntoken        ${token}`);
}

async function recordStage(
  name: string,
  bucketName: string | undefined,
  flags: RecordFlags,
): Promise<void> {
  if ((bucketName === undefined) === (flags.off !== true))
    throw new CommandError("name a bucket, or say --off.", EXIT.usage);
  const connection = new Connection(flags);
  const { arn } = await findStage(connection, name);
  const storageConfigurationArn =
    bucketName === undefined ? "" : await storageConfigurationOf(connection, bucketName);
  const { stage } = await call<{
    readonly stage: { readonly autoParticipantRecordingConfiguration: object };
  }>(connection, "UpdateStage", {
    arn,
    autoParticipantRecordingConfiguration: { storageConfigurationArn },
  });
  if (flags.json) return printJson(stage.autoParticipantRecordingConfiguration);
  const prefix = `s3://${bucketName}/${arn.split("/").at(-1)}/`;
  print(
    flags.off
      ? "Participants aren't recorded any more."
      : `Participants who publish from now on are recorded below ${prefix}`,
  );
}

/** The storage configuration of the bucket, which is made where there is none. */
async function storageConfigurationOf(connection: Connection, bucketName: string): Promise<string> {
  const known = await listStorageConfigurations(connection);
  const found = known.find(({ s3 }) => s3?.bucketName === bucketName);
  if (found) return found.arn;
  const { storageConfiguration } = await call<{
    readonly storageConfiguration: StorageConfiguration;
  }>(connection, "CreateStorageConfiguration", { s3: { bucketName } });
  return storageConfiguration.arn;
}

function call<Answer>(connection: Connection, operation: string, json: object): Promise<Answer> {
  return callOperation<Answer>(connection, "ivs", operation, json);
}
