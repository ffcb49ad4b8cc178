import { spawn, spawnSync } from "node:child_process";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { ProtocolMakers } from "../ingest/protocol.ts";
import { createMediaEngine } from "../media-engine.ts";
import type { MediaEvent } from "../port/events.ts";
import type { MediaEngine } from "../port/handle.ts";
import type { MediaHost } from "../port/host.ts";
import type { MediaEngineOptions } from "../port/options.ts";
import type {
  PublishDecision,
  PublishName,
  PublishRequest,
  PublishSecret,
} from "../port/publish.ts";
import type { RecordingObject, RecordingPlan, RecordingStart } from "../port/recording.ts";
import { ingestProtocols } from "../transport/protocols.ts";
import { recordedBytes } from "./recorded-bytes.ts";
import { testCertificate } from "./test-certificate.ts";

/** The longest that libsrt takes. */
export const SRT_PASSPHRASE = "Passphrase0123456789".repeat(4).slice(0, 79);

/** Below the tests' own time limit, so that what is missing is said. */
const WITHIN_MS = 45_000;

export const RECORD_ALL: RecordingPlan = { renditions: "all", thumbnails: undefined };

/** Name of a recorded object → its latest content. */
export type PutObjects = Map<string, Omit<RecordingObject, "body"> & { readonly body: Buffer }>;

/** An engine on free ports whose host remembers every event. */
export class EngineHarness {
  readonly engine: MediaEngine;
  readonly events: MediaEvent[] = [];
  readonly requests: PublishRequest[] = [];
  readonly objects: PutObjects = new Map();
  readonly putPaths: string[] = [];
  readonly recordings: RecordingStart[] = [];
  rtmpPort = 0;
  rtmpsPort = 0;
  srtPort = 0;
  #broadcasts = 0;
  #waiting: (() => void)[] = [];

  constructor(
    options: Pick<
      MediaEngineOptions,
      "limits" | "ffmpeg" | "transcodeCores" | "workers" | "proxies"
    > = {},
    host: Partial<Omit<MediaHost, "event">> = {},
    rtmpPort = 0,
    makers: ProtocolMakers = ingestProtocols,
  ) {
    const any = { port: 0 };
    const ports = { rtmp: { port: rtmpPort }, rtmps: any, srt: any, webrtc: any };
    this.engine = createMediaEngine(
      { host: "127.0.0.1", ports, path: "app", tls: testCertificate, ...options },
      {
        publishSecret: async (name) => host.publishSecret?.(name) ?? secretOf(name),
        authorizePublish: (request) => {
          this.requests.push(request);
          return host.authorizePublish?.(request) ?? Promise.resolve(this.allow(request));
        },
        event: (event) => {
          this.events.push(event);
          this.#woken();
        },
        answerEncoder: async (request) => host.answerEncoder?.(request),
        composed: (event) => host.composed?.(event),
        startRecording: async (start) => {
          this.recordings.push(structuredClone(start));
          return (await host.startRecording?.(start)) ?? { rows: [], thumbnails: 0 };
        },
        putRecordingObject: async (object) => {
          await host.putRecordingObject?.(object);
          this.putPaths.push(object.path);
          this.objects.set(object.path, { ...object, body: recordedBytes(object.body) });
        },
      },
      makers,
    );
  }

  async start(): Promise<this> {
    const ports = await this.engine.start();
    const { rtmp = 0, rtmps = 0, srt = 0 } = ports;
    this.rtmpPort = rtmp;
    this.rtmpsPort = rtmps;
    this.srtPort = srt;
    return this;
  }

  /**
   * The default decision: keys that begin with "no" are refused, "rec" ones are recorded, "fmp4"
   * ones in fragments.
   */
  allow(request: PublishRequest): PublishDecision {
    const { name } = request;
    if (name.startsWith("no")) {
      return { allow: false, reason: "this key is not known" };
    }
    this.#broadcasts += 1;
    return {
      allow: true,
      streamName: `channel/${name}`,
      streamId: `st-${this.#broadcasts}`,
      recording: name.startsWith("rec") ? RECORD_ALL : undefined,
      container: name.includes("fmp4") ? "fmp4" : "mpegts",
    };
  }

  /** Resolves with the first event of this type, also one that was published before. */
  async seen<T extends MediaEvent["type"]>(
    type: T,
    matches: (event: Extract<MediaEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<MediaEvent, { type: T }>> {
    const late = AbortSignal.timeout(WITHIN_MS);
    late.addEventListener("abort", () => this.#woken());
    for (;;) {
      const found = this.events.find(
        (event): event is Extract<MediaEvent, { type: T }> =>
          event.type === type && matches(event as Extract<MediaEvent, { type: T }>),
      );
      if (found !== undefined) {
        return found;
      }
      if (late.aborted) {
        throw new Error(`Waited in vain for ${type}; there were ${this.types().join(", ")}.`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #woken(): void {
    for (const wake of this.#waiting.splice(0)) {
      wake();
    }
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }
}

/** Keys that begin with "no" aren't known; "clear" ones may come without a passphrase. */
function secretOf({ name }: PublishName): PublishSecret | undefined {
  return name.startsWith("no")
    ? undefined
    : { secret: SRT_PASSPHRASE, required: !name.includes("clear") };
}

/**
 * Serves live playback under `/<stream name, encoded>/…` and recorded objects under `/objects/…`.
 */
export async function servePlayback(
  harness: EngineHarness,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    answer(harness, path).then((body) => {
      respond(response, body, request.headers.range);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, server };
}

/** As S3 answers: with a length, and with the part that was asked for. */
function respond(
  response: ServerResponse,
  content: string | Uint8Array | undefined,
  rangeHeader: string | undefined,
): void {
  const body = Buffer.from(content ?? "");
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(rangeHeader ?? "") ?? [];
  if (first === undefined) {
    response.writeHead(content === undefined ? 404 : 200, { "content-length": body.length });
    response.end(body);
    return;
  }
  const end = Math.min(last ? Number(last) + 1 : body.length, body.length);
  const part = body.subarray(Number(first), end);
  response.writeHead(206, {
    "content-length": part.length,
    "content-range": `bytes ${first}-${end - 1}/${body.length}`,
  });
  response.end(part);
}

async function answer(
  harness: EngineHarness,
  path: string,
): Promise<string | Uint8Array | undefined> {
  if (path.startsWith("/objects/")) {
    return harness.objects.get(path.slice("/objects/".length))?.body;
  }
  const [, streamName = "", rendition = "", file = ""] =
    /^\/live\/(channel\/[^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (file === "") {
    return harness.engine.multivariantPlaylist(streamName, "");
  }
  if (file.startsWith("init-")) {
    return harness.engine.initSection(streamName, rendition, file);
  }
  return file === "playlist.m3u8"
    ? harness.engine.mediaPlaylist(streamName, rendition)
    : harness.engine.segment(streamName, rendition, Number.parseInt(file, 10));
}

export const hasFfmpeg = ["ffmpeg", "ffprobe"].every(
  (command) => spawnSync(command, ["-version"]).status === 0,
);

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(command: string, args: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes) => (stdout += String(bytes)));
    child.stderr.on("data", (bytes) => (stderr += String(bytes)));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** The contents of a URL, as ffmpeg describes them. */
export interface Decoded {
  /** Codec of each track: `h264`. */
  readonly codecs: readonly string[];
  /** Width and height of each track of pictures: `320x180`. */
  readonly sizes: readonly string[];
  readonly seconds: number;
  /** Pictures that came out of the decoder. */
  readonly pictures: number;
}

/** Decodes all tracks by ffmpeg; rejects with what it complains of, warnings too. */
export async function decode(url: string, options: readonly string[] = []): Promise<Decoded> {
  const log = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"];
  const args = [...log, "-xerror", ...options, "-i", url, "-map", "0", "-f", "null", "-"];
  const { status, stderr } = await run("ffmpeg", args);
  const complaints = stderr.split("\n").filter((line) => /\[(?:warning|error|fatal)\]/.test(line));
  if (status !== 0 || complaints.length > 0)
    throw new Error(`ffmpeg ended with ${status}: ${complaints.join("\n")}`);
  const [input = ""] = stderr.split("Stream mapping:");
  const [, hours, minutes, rest] = /Duration: (\d+):(\d+):([\d.]+)/.exec(input) ?? [];
  return {
    codecs: [...input.matchAll(/Stream #\S+ (?:Video|Audio|Data): (\w+)/g)].map(
      ([, it = ""]) => it,
    ),
    sizes: [...input.matchAll(/Video: .* (\d+x\d+)\b/g)].map(([, it = ""]) => it),
    seconds: Number(hours) * 3_600 + Number(minutes) * 60 + Number(rest),
    pictures: Number(/frame= *(\d+)/.exec(stderr)?.[1]),
  };
}

/**
 * Encoder arguments for `seconds` of 320x180 at 30 frames per second with a keyframe each 2 s, and
 * a tone.
 */
export function encoderArguments(
  seconds: number,
  overrides: readonly string[] = ["-g", "60", "-preset", "ultrafast"],
): string[] {
  return [
    ...["-hide_banner", "-v", "error", "-nostdin"],
    ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=30:duration=${seconds}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`],
    ...["-c:v", "libx264", "-sc_threshold", "0", "-pix_fmt", "yuv420p"],
    ...["-c:a", "aac", "-b:a", "96k", "-shortest", ...overrides],
  ];
}
