import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import type { Channel, IvsClient } from "@aws-sdk/client-ivs";
import { commandLine, findFfmpeg, publishFlv } from "@rolecast/server";
import { Command, InvalidArgumentError } from "commander";
import { CommandError } from "./command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { durationText, ProgressLine, print, printJson } from "./terminal.ts";

/** The flags of an encoder. */
export interface EncoderFlags extends ConnectionFlags {
  readonly testPattern?: boolean;
  readonly duration?: number;
  readonly ffmpeg: string;
  readonly loop?: boolean;
  readonly json?: boolean;
}

/** The length of the encoder's last words that its error may quote. */
const LOG_CHARACTERS_MAX = 4_000;

/** `rolecast broadcast`: publishes a file or generated video to a channel, as an encoder would. */
export function broadcastCommand(): Command {
  const command = withConnection(new Command("broadcast"))
    .description("Stream a video file or a test pattern to a channel.")
    .argument("<channel>", "the channel's name or ARN");
  return withEncoder(command)
    .addHelpText(
      "after",
      helpNotes(
        "\nExamples:\n  $0 broadcast studio --test-pattern --duration 30\n  $0 broadcast arn:aws:ivs:us-east-1:000000000000:channel/AbCdEfGhIjKl talk.mp4",
      ),
    )
    .action(async (name: string, file: string | undefined, flags: EncoderFlags) => {
      const ffmpeg = encoderFor(file, flags);
      const connection = new Connection(flags);
      const channel = await findChannel(await connection.ivs(), name);
      const url = await ingestUrl(connection, channel);
      if (process.stderr.isTTY) process.stderr.write(`Watch it at ${channel.playbackUrl}\n`);
      const published = await publish(ffmpeg, sourceOf(file, flags), url, flags.duration);
      const result = { channelArn: channel.arn, playbackUrl: channel.playbackUrl, ...published };
      if (flags.json) printJson(result);
      else print(`Published ${durationText(published.durationMs)} to ${channel.arn}.`);
    });
}

/** Adds what an encoder takes: a file or a pattern, and how long. */
export function withEncoder(command: Command): Command {
  return command
    .argument("[file]", "a file that ffmpeg reads")
    .option("--test-pattern", "generated video and sound instead of a file")
    .option("--duration <SECONDS>", "stop after this long", secondsOf)
    .option("--loop", "begin the file again when it ends")
    .option(
      "--ffmpeg <PROGRAM>",
      "the ffmpeg program (or ROLECAST_FFMPEG)",
      process.env.ROLECAST_FFMPEG ?? "auto",
    )
    .option("--json", "the result as JSON");
}

/** The program that encodes; throws CommandError where it, or its input, isn't there. */
export function encoderFor(file: string | undefined, flags: EncoderFlags): string {
  if ((file === undefined) === (flags.testPattern !== true)) {
    throw new CommandError("name a file, or say --test-pattern.", 2);
  }
  const ffmpeg = findFfmpeg(flags.ffmpeg, process.env.PATH);
  if (ffmpeg === undefined) {
    throw new CommandError(
      "ffmpeg isn't on PATH. Install it (Debian: apt-get install ffmpeg), or name it with --ffmpeg.",
    );
  }
  if (file !== undefined && !file.includes("://") && file !== "-" && !existsSync(file)) {
    throw new CommandError(`${file}: there is no such file.`);
  }
  return ffmpeg;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError("a number of seconds, such as 30");
}

/** The channel of that ARN, or the only one of that name. */
export async function findChannel(ivs: IvsClient, name: string): Promise<Channel> {
  const { GetChannelCommand, ListChannelsCommand } = await import("@aws-sdk/client-ivs");
  let arn = name;
  if (!name.startsWith("arn:")) {
    const { channels = [] } = await ivs.send(new ListChannelsCommand({ filterByName: name }));
    if (channels.length > 1) {
      const arns = channels.map((channel) => `  ${channel.arn}`).join("\n");
      throw new CommandError(
        `${channels.length} channels are named ${name}: say which by its ARN.\n${arns}`,
      );
    }
    arn = channels[0]?.arn ?? "";
    if (arn === "") {
      throw new CommandError(
        `no channel is named ${name}. ` +
          `Create one: ${commandLine("aws ivs create-channel --name", name)}`,
      );
    }
  }
  const { channel } = await ivs.send(new GetChannelCommand({ arn }));
  if (!channel) throw new CommandError(`the server has no channel ${arn}.`);
  return channel;
}

/** `rtmps://host:port/app/<stream key>`: a secret. */
async function ingestUrl(connection: Connection, channel: Channel): Promise<string> {
  const { GetStreamKeyCommand, ListStreamKeysCommand } = await import("@aws-sdk/client-ivs");
  const ivs = await connection.ivs();
  const { streamKeys = [] } = await ivs.send(
    new ListStreamKeysCommand({ channelArn: channel.arn }),
  );
  const [first] = streamKeys;
  if (!first) {
    throw new CommandError(
      "the channel has no stream key. Create one: " +
        commandLine("aws ivs create-stream-key --channel-arn", channel.arn ?? ""),
    );
  }
  const { streamKey } = await ivs.send(new GetStreamKeyCommand({ arn: first.arn }));
  const { ivs: facts } = (await connection.getJson("/_rolecast/health")) as {
    ivs?: { rtmpsPort?: number };
  };
  // A statically linked ffmpeg can't look up names.
  const host = channel.ingestEndpoint === "localhost" ? "127.0.0.1" : channel.ingestEndpoint;
  return `rtmps://${host}:${facts?.rtmpsPort ?? 443}/app/${streamKey?.value}`;
}

/** ffmpeg's arguments; `picture` are further ones of the encoded picture. */
export function sourceOf(
  file: string | undefined,
  flags: EncoderFlags,
  picture: readonly string[] = [],
): string[] {
  const input =
    file === undefined
      ? [
          ...["-re", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30"],
          ...["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"],
        ]
      : [...(flags.loop ? ["-stream_loop", "-1"] : []), "-re", "-i", file];
  // A pattern need not look its best, and often runs next to tests that need the processors.
  const preset = file === undefined ? "ultrafast" : "veryfast";
  return [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-progress", "pipe:3", ...input],
    ...(flags.duration === undefined ? [] : ["-t", String(flags.duration)]),
    ...["-c:v", "libx264", "-preset", preset, "-tune", "zerolatency", "-pix_fmt", "yuv420p"],
    ...["-b:v", "2500k", "-maxrate", "2500k", "-bufsize", "2500k"],
    ...picture,
    ...["-force_key_frames", "expr:gte(t,n_forced*2)", "-sc_threshold", "0"],
    ...["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"],
    ...["-flvflags", "no_duration_filesize", "-f", "flv", "pipe:1"],
  ];
}

/**
 * Runs the encoder and publishes what it makes, so that no argument of it shows the stream key. A
 * signal ends the broadcast properly.
 */
export async function publish(
  ffmpeg: string,
  args: readonly string[],
  url: string,
  durationSeconds: number | undefined,
): Promise<{ readonly durationMs: number; readonly frames: number }> {
  const child = spawn(ffmpeg, [...args], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const [output, complaints, progressLines] = child.stdio.slice(1) as [
    Readable,
    Readable,
    Readable,
  ];
  const progress = new ProgressLine();
  let durationMs = 0;
  let frames = 0;
  let log = "";
  let stopped = false;
  const stop = () => {
    stopped = true;
    child.kill("SIGTERM");
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  progressLines.on("data", (chunk: Buffer) => {
    const text = chunk.toString();
    durationMs = Number(/.*out_time_us=(\d+)/s.exec(text)?.[1] ?? durationMs * 1000) / 1000;
    frames = Number(/.*frame=(\d+)/s.exec(text)?.[1] ?? frames);
    const share = durationSeconds === undefined ? undefined : durationMs / 1000 / durationSeconds;
    progress.show(`${durationText(durationMs)} published, Ctrl-C ends it`, share);
  });
  complaints.on("data", (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-LOG_CHARACTERS_MAX);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [published, code] = await Promise.allSettled([publishFlv(url, output), ended]);
  process.off("SIGINT", stop).off("SIGTERM", stop);
  progress.end();
  if (code.status === "rejected") throw code.reason;
  const failure = published.status === "rejected" ? String(published.reason.message) : undefined;
  if (stopped || (code.value === 0 && failure === undefined))
    return { durationMs: Math.round(durationMs), frames };
  const refusal = /^NetStream\.Publish\.\w+: (.*)$/s.exec(failure ?? "")?.[1];
  if (refusal !== undefined) throw new CommandError(`the server refused the stream: ${refusal}.`);
  // An encoder whose output isn't read reports that too.
  const said = failure ?? log.trim();
  throw new CommandError(
    `the broadcast broke off: ${said === "" ? `ffmpeg ended with ${code.value}` : said}`,
  );
}
