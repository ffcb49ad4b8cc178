import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { dirname, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { Command } from "commander";
import { findChannel } from "./broadcast.ts";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { removalCommand } from "./record-removal.ts";
import { findRecording, findRecordings, objectsOf } from "./recordings.ts";
import { findStage } from "./stage-lists.ts";
import {
  bytesText,
  durationText,
  ProgressLine,
  print,
  printJson,
  styled,
  table,
} from "./terminal.ts";

interface RecordFlags extends ConnectionFlags {
  readonly json?: boolean;
  readonly channel?: string;
  readonly stage?: string;
  readonly player?: boolean;
}

/** `rolecast record`: recordings in the buckets, downloaded or played. */
export function recordCommand(): Command {
  return new Command("record")
    .description("List, download, play and delete recordings.")
    .addCommand(
      withConnection(new Command("ls"))
        .description("List the recordings of channels and stages, newest first.")
        .option("--channel <CHANNEL>", "only of the channel with this name or ARN")
        .option("--stage <STAGE>", "only of the stage with this name or ARN")
        .option("--json", "as JSON")
        .addHelpText(
          "after",
          helpNotes(`\nExamples:
  $0 record ls --channel studio
  $0 record ls --stage rehearsal
  $0 record ls --json | jq -r .[0].id`),
        )
        .action(list),
    )
    .addCommand(
      withConnection(new Command("get"))
        .description("Download a recording with all its objects.")
        .argument("<id>", "the recording's id, or its beginning")
        .argument("[DIR]", "where to; default a folder named as the id")
        .option("--json", "as JSON")
        .addHelpText(
          "after",
          helpNotes("\nExamples:\n  $0 record get Ab12\n  $0 record get Ab12 films/opening"),
        )
        .action(get),
    )
    .addCommand(
      withConnection(new Command("play"))
        .description("Serve a recording to players on this machine, or to ffplay.")
        .argument("<id>", "the recording's id, or its beginning")
        .option("--no-player", "only print the URL and serve until Ctrl-C")
        .option("--json", "the URL as JSON")
        .addHelpText(
          "after",
          helpNotes("\nExamples:\n  $0 record play Ab12\n  $0 record play Ab12 --no-player"),
        )
        .action(play),
    )
    .addCommand(removalCommand());
}

async function list(flags: RecordFlags): Promise<void> {
  const connection = new Connection(flags);
  const { channel, stage } = flags;
  if (channel && stage) throw new CommandError("name a channel or a stage.", EXIT.usage);
  const recordings = await findRecordings(connection, {
    channelArn: channel && (await findChannel(await connection.ivs(), channel)).arn,
    stageArn: stage && (await findStage(connection, stage)).arn,
  });
  if (flags.json) return printJson(recordings);
  if (recordings.length === 0) {
    return print(
      `No recordings in ${connection.region}. Channels with a recording configuration make them, ` +
        "and stages that record their participants.",
    );
  }
  print(
    table(
      ["ID", "STARTED", "DURATION", "STATE", "RENDITIONS", "WHERE"],
      recordings.map(({ id, startedAt, durationMs, state, renditions, bucket, prefix }) => [
        id,
        startedAt,
        durationText(durationMs),
        stateText(state),
        renditions.join(","),
        `s3://${bucket}/${prefix}`,
      ]),
    ),
  );
}

async function get(id: string, given: string | undefined, flags: RecordFlags): Promise<void> {
  const connection = new Connection(flags);
  const recording = await findRecording(connection, id);
  const s3 = await connection.s3();
  const folder = resolve(given ?? recording.id);
  const objects = await objectsOf(s3, recording);
  const progress = new ProgressLine();
  let bytes = 0;
  for (const [index, { key }] of objects.entries()) {
    const file = resolve(folder, key.slice(recording.prefix.length + 1));
    if (!file.startsWith(folder + sep))
      throw new CommandError(`the key ${key} leads out of ${folder}.`);
    await mkdir(dirname(file), { recursive: true });
    const { body, sizeBytes } = await openObject(s3, recording.bucket, key);
    // Whole under its name or not at all, however the download ends.
    await pipeline(body, createWriteStream(`${file}.partial`));
    await rename(`${file}.partial`, file);
    bytes += sizeBytes;
    progress.show(`${index + 1} of ${objects.length} objects`, (index + 1) / objects.length);
  }
  progress.end();
  if (flags.json) return printJson({ ...recording, folder, objects: objects.length, bytes });
  const { playlist } = recording;
  const played = playlist === undefined ? "" : `; play ${playlist} in it`;
  print(`${objects.length} objects, ${bytesText(bytes)}, in ${folder}${played}.`);
}

async function openObject(s3: S3Client, bucket: string, key: string) {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const { Body, ContentLength, ContentType } = await s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key }),
  );
  if (!(Body instanceof Readable)) throw new Error(`${key} came without a stream.`);
  return { body: Body as Readable, sizeBytes: ContentLength ?? 0, type: ContentType };
}

/** A player can't sign: a server on loopback signs for it. */
async function play(id: string, flags: RecordFlags): Promise<void> {
  const connection = new Connection(flags);
  const recording = await findRecording(connection, id);
  if (recording.playlist === undefined)
    throw new CommandError(`the recording ${recording.id} is nothing but thumbnails.`);
  const s3 = await connection.s3();
  const answer = async (target: string, response: ServerResponse): Promise<void> => {
    const path = decodeURIComponent(new URL(target, "http://localhost").pathname);
    const key = `${recording.prefix}${path}`;
    const { body, sizeBytes, type } = await openObject(s3, recording.bucket, key);
    response.writeHead(200, {
      "content-length": sizeBytes,
      "content-type": type ?? "application/octet-stream",
      "access-control-allow-origin": "*",
    });
    await pipeline(body, response);
  };
  const server = createServer(({ url: target = "/" }, response) => {
    answer(target, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      return response.writeHead(404).end(`${String(error)}\n`);
    });
  });
  const port = await new Promise<number>((done) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      done(typeof address === "object" && address ? address.port : 0);
    }),
  );
  const url = `http://127.0.0.1:${port}/${recording.playlist}`;
  const ended = new Promise<void>((done) => process.once("SIGINT", done).once("SIGTERM", done));
  if (flags.json) printJson({ url, recording });
  else print(url);
  await (flags.player === false ? ended : Promise.race([ended, playerEnd(url)]));
  server.closeAllConnections();
  server.close();
}

/** Resolves when ffplay's window is closed; never without an ffplay. */
function playerEnd(url: string): Promise<void> {
  return new Promise((done) => {
    const player = spawn("ffplay", ["-hide_banner", "-loglevel", "error", url], {
      stdio: "inherit",
    });
    player.once("exit", () => done());
    player.once("error", () =>
      print("ffplay isn't on PATH: open the URL in a player. Ctrl-C ends."),
    );
  });
}

function stateText(state: string): string {
  const text = state.replace("RECORDING_", "").toLowerCase();
  return styled(text === "ended" ? "green" : text === "started" ? "yellow" : "red", text);
}
