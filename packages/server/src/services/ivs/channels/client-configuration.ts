import type { IngestPorts } from "@rolecast/media";
import type { Kysely } from "kysely";
import type { Ids } from "../../../kernel/ids.ts";
import { readPlainBody } from "../../../kernel/plain-body.ts";
import type { PlainRequest, PlainResponse } from "../../../kernel/service.ts";
import { INGEST_PATH } from "../ingest-protocols.ts";
import { selectChannel } from "../rows/channels.ts";
import { findStreamKey } from "../rows/stream-keys.ts";
import type { ChannelRow, IvsTables } from "../tables.ts";
import { MULTITRACK_HEIGHT_MAX, multitrackPlan } from "./multitrack.ts";

/*
 * GetClientConfiguration, with which broadcast software asks how to encode.
 * Source: Amazon IVS Multitrack Video Integration API Reference.
 */

const PATH = "/api/v3/GetClientConfiguration";
const BODY_BYTES_MAX = 64 * 1024;
const SCHEMA_VERSION = "2025-01-25";
const FRAME_RATE_MAX = 60;
const AUDIO_KBPS = 160;
const SIDE_MIN = 64;
const TRACKS_MAX = 4;

/**
 * The ladder, the largest first: lines and kilobits per second at up to 30 frames per second and
 * above. With the sound they are at most the 10.2 Mb/s that the service asks for. Source: the same
 * reference.
 */
const STEPS = [
  { height: 1_080, kbps: 5_000, fastKbps: 5_500 },
  { height: 720, kbps: 2_400, fastKbps: 2_700 },
  { height: 480, kbps: 1_000, fastKbps: 1_200 },
  { height: 360, kbps: 500, fastKbps: 640 },
] as const;

/**
 * OBS's encoders by the PCI vendor of the GPU; without one of them the processor encodes, which it
 * can in H.264 alone.
 */
const GPU_ENCODERS = {
  h264: new Map([
    [0x10de, "obs_nvenc_h264_tex"],
    [0x1002, "h264_texture_amf"],
    [0x8086, "obs_qsv11_v2"],
  ]),
  h265: new Map([
    [0x10de, "obs_nvenc_hevc_tex"],
    [0x1002, "h265_texture_amf"],
    [0x8086, "obs_qsv11_hevc"],
  ]),
} as const;
const CPU_ENCODERS: Readonly<Record<Codec, string | undefined>> = {
  h264: "obs_x264",
  h265: undefined,
};
const PROFILES: Readonly<Record<Codec, string>> = { h264: "high", h265: "main" };

type Codec = keyof typeof GPU_ENCODERS;

export interface ClientConfigurationOptions {
  readonly db: Kysely<IvsTables>;
  readonly ids: Ids;
  readonly ingestHost: string;
  readonly ports: () => IngestPorts | undefined;
}

/** The members of the request that are used; the rest describes the machine. */
interface ClientRequest {
  readonly authentication: string;
  readonly width: number;
  readonly height: number;
  readonly numerator: number;
  readonly denominator: number;
  readonly tracksMax: number;
  readonly kbpsMax: number;
  readonly heightMax: number;
  readonly codec: Codec;
  readonly encoder: string;
}

/** Undefined: not such a request. */
export async function answerClientConfiguration(
  request: PlainRequest,
  options: ClientConfigurationOptions,
): Promise<PlainResponse | undefined> {
  if (request.method !== "POST" || request.path !== PATH) return undefined;
  const asked = readRequest(await readPlainBody(request, BODY_BYTES_MAX));
  if (typeof asked === "string") return respond(400, failure(asked, options.ids));
  const key = await findStreamKey(asked.authentication.split("?")[0] ?? "", options.db);
  const at = key && { accountId: key.account_id, region: key.region };
  const channel = key && at && (await selectChannel(options.db, at, key.channel_id));
  if (!channel) return respond(403, failure("The stream key is not valid.", options.ids));
  const plan = multitrackPlan(channel);
  if (!plan)
    return respond(
      200,
      failure(
        "The channel takes one video track: set its multitrackInputConfiguration, or turn multitrack video off.",
        options.ids,
      ),
    );
  return respond(200, {
    meta: meta(options.ids),
    status: { result: "success" },
    ingest_endpoints: endpoints(channel, asked.authentication, options),
    encoder_configurations: encoders({
      ...asked,
      heightMax: Math.min(asked.heightMax, plan.heightMax),
    }),
    audio_configurations: {
      live: [{ codec: "ffmpeg_aac", track_id: 1, channels: 2, settings: { bitrate: AUDIO_KBPS } }],
    },
  });
}

function endpoints(
  channel: ChannelRow,
  authentication: string,
  { ingestHost, ports }: ClientConfigurationOptions,
) {
  const { rtmp = 0, rtmps = 0 } = ports() ?? {};
  const at = (protocol: "RTMP" | "RTMPS", port: number) => ({
    protocol,
    url_template: `${protocol.toLowerCase()}://${ingestHost}:${port}/${INGEST_PATH}/{stream_key}`,
    authentication,
  });
  return [at("RTMPS", rtmps), ...(channel.insecure_ingest === 1 ? [at("RTMP", rtmp)] : [])];
}

/** As many steps as fit; the largest alone where even two don't. */
function encoders(asked: ClientRequest) {
  const rate = Math.min(FRAME_RATE_MAX, asked.numerator / asked.denominator);
  const top = Math.min(asked.height, asked.heightMax);
  const fitting = STEPS.filter(({ height }) => height <= top);
  const steps = fitting.length > 0 ? fitting : [{ height: even(top), kbps: 500, fastKbps: 640 }];
  let left = asked.kbpsMax - AUDIO_KBPS;
  const chosen = steps
    .map(({ height, kbps, fastKbps }) => ({ height, kbps: rate > 30 ? fastKbps : kbps }))
    .filter(({ kbps }, index) => {
      const fits = index === 0 || kbps <= left;
      left -= fits ? kbps : 0;
      return fits;
    });
  return chosen.slice(0, asked.tracksMax).map(({ height, kbps }, index) => {
    const bitrate = index === 0 ? Math.min(kbps, Math.max(500, asked.kbpsMax - AUDIO_KBPS)) : kbps;
    return {
      type: asked.encoder,
      width: even((asked.width * height) / asked.height),
      height,
      framerate: { numerator: asked.numerator, denominator: asked.denominator },
      gpu_scale_type: "OBS_SCALE_BICUBIC",
      bitrate_interpolation_points: [Math.round(bitrate / 2), bitrate],
      settings: {
        rate_control: "CBR",
        bitrate,
        keyint_sec: 2,
        profile: PROFILES[asked.codec],
        bf: 2,
        // A keyframe at a scene's cut isn't where the other tracks have one; OBS keeps only NVENC
        // from it.
        ...(asked.encoder === "obs_x264" && { x264opts: "scenecut=0" }),
      },
    };
  });
}

/** A sentence where it can't be used. */
function readRequest(text: string | undefined): ClientRequest | string {
  if (text === undefined) return `The request is longer than ${BODY_BYTES_MAX} bytes.`;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "The request is not JSON.";
  }
  const authentication = at(body, "authentication");
  if (typeof authentication !== "string") return "authentication, the stream key, is missing.";
  const codec = codecOf(at(at(body, "client"), "supported_codecs"));
  const encoder = codec && encoderOf(at(at(body, "capabilities"), "gpu"), codec);
  if (!codec || !encoder) return "The client has no encoder for H.264, nor a GPU for H.265.";
  const preferences = at(body, "preferences");
  const number = (value: unknown, otherwise: number, least = 1) =>
    typeof value === "number" && value >= least && value <= 1e6 ? value : otherwise;
  const framerate = at(preferences, "framerate");
  const aggregate = number(at(preferences, "maximum_aggregate_bitrate"), 1e6);
  const resolution = String(at(preferences, "maximum_resolution"));
  return {
    authentication,
    width: number(at(preferences, "width"), 1_920, SIDE_MIN),
    height: number(at(preferences, "height"), 1_080, SIDE_MIN),
    numerator: number(at(framerate, "numerator"), 30),
    denominator: number(at(framerate, "denominator"), 1),
    tracksMax: Math.min(TRACKS_MAX, number(at(preferences, "maximum_video_tracks"), TRACKS_MAX)),
    kbpsMax: number(at(preferences, "maximum_streaming_bandwidth"), aggregate),
    heightMax:
      Object.entries(MULTITRACK_HEIGHT_MAX).find(([name]) => name === resolution)?.[1] ?? 1_080,
    codec,
    encoder,
  };
}

/** H.264 plays everywhere: the other one is for clients that name it alone. */
function codecOf(supported: unknown): Codec | undefined {
  if (!Array.isArray(supported) || supported.includes("h264")) return "h264";
  return supported.includes("h265") ? "h265" : undefined;
}

function encoderOf(gpus: unknown, codec: Codec): string | undefined {
  const vendors = Array.isArray(gpus) ? gpus.map((gpu) => at(gpu, "vendor_id")) : [];
  const known = vendors.map((vendor) => GPU_ENCODERS[codec].get(Number(vendor)));
  return known.find((encoder) => encoder !== undefined) ?? CPU_ENCODERS[codec];
}

function at(value: unknown, member: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[member]
    : undefined;
}

function even(length: number): number {
  return Math.max(SIDE_MIN, 2 * Math.round(length / 2));
}

function meta(ids: Ids) {
  return { service: "IVS", schema_version: SCHEMA_VERSION, config_id: ids.uuid() };
}

/** Broadcast software shows the sentence to its user. */
function failure(message: string, ids: Ids) {
  return { meta: meta(ids), status: { result: "error", html_en_us: message } };
}

function respond(status: number, content: unknown): PlainResponse {
  const text = JSON.stringify(content);
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(text)),
    "cache-control": "no-store",
  };
  return { status, headers, body: text };
}
