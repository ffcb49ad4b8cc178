import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CreateChannelCommand, type CreateChannelRequest } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const MULTITRACK: CreateChannelRequest = {
  type: "STANDARD",
  containerFormat: "FRAGMENTED_MP4",
  multitrackInputConfiguration: { enabled: true, policy: "ALLOW", maximumResolution: "FULL_HD" },
};

/** OBS's request, with its user's wishes. */
const PREFERENCES = {
  canvas_width: 1_920,
  canvas_height: 1_080,
  width: 1_920,
  height: 1_080,
  framerate: { numerator: 30, denominator: 1 },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe("requests of encoders over HTTP", () => {
  async function keyOf(input: CreateChannelRequest): Promise<string> {
    const { streamKey } = await server.clients().ivs.send(new CreateChannelCommand(input));
    return streamKey?.value ?? "";
  }

  async function ask(body: unknown) {
    const response = await fetch(`${server.endpoint}/api/v3/GetClientConfiguration`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, answer: JSON.parse(await response.text()) };
  }

  test.each([
    ["nothing in particular", {}, 1_080, [1_080, 720, 480, 360], "obs_x264"],
    ["two tracks, by an NVIDIA card", { maximum_video_tracks: 2 }, 1_080, [1_080, 720], "nvenc"],
    ["little bandwidth", { maximum_streaming_bandwidth: 5_000 }, 1_080, [1_080], "obs_x264"],
    ["720 lines", { width: 1_280, height: 720 }, 1_080, [720, 480, 360], "obs_x264"],
    ["at most HD by the user", { maximum_resolution: "HD" }, 1_080, [720, 480, 360], "obs_x264"],
    ["a channel for SD", {}, 480, [480, 360], "obs_x264"],
  ] as const)("of a user who wants %s", async (_what, wishes, channelMax, heights, encoder) => {
    const authentication = await keyOf({
      ...MULTITRACK,
      multitrackInputConfiguration: {
        enabled: true,
        policy: "ALLOW",
        maximumResolution: channelMax === 480 ? "SD" : "FULL_HD",
      },
    });
    const gpu = encoder === "nvenc" ? [{ vendor_id: 4_318, model: "some" }] : [];
    const { status, answer } = await ask({
      service: "IVS",
      schema_version: "2025-01-25",
      authentication,
      capabilities: { gpu },
      preferences: { ...PREFERENCES, ...wishes },
    });
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      meta: { service: "IVS", schema_version: "2025-01-25", config_id: expect.any(String) },
      status: { result: "success" },
      ingest_endpoints: [
        {
          protocol: "RTMPS",
          url_template: `rtmps://localhost:${server.server.ports.rtmps}/app/{stream_key}`,
          authentication,
        },
      ],
    });
    const tracks: { height: number; width: number; type: string; settings: object }[] =
      answer.encoder_configurations;
    expect(tracks.map(({ height }) => height)).toEqual(heights);
    for (const { height, width, type, settings } of tracks) {
      expect(Math.abs(width / height - 16 / 9)).toBeLessThan(0.01);
      expect(type).toContain(encoder);
      // x264's keyframes at scene cuts would be on one track alone.
      const opts = encoder === "obs_x264" ? { x264opts: "scenecut=0" } : {};
      expect(settings).toEqual({
        ...{ rate_control: "CBR", keyint_sec: 2, bf: 2, profile: "high" },
        ...{ bitrate: expect.any(Number), ...opts },
      });
    }
  });

  test.each([30, 60, 120])("asks for at most 10.2 Mb/s, at %s pictures a second", async (rate) => {
    const { answer } = await ask({
      authentication: await keyOf(MULTITRACK),
      preferences: {
        ...PREFERENCES,
        framerate: { numerator: rate, denominator: 1 },
        maximum_aggregate_bitrate: 20_000,
      },
    });
    const asked: { settings: { bitrate: number } }[] = [
      ...answer.encoder_configurations,
      ...answer.audio_configurations.live,
    ];
    expect(asked).toHaveLength(5);
    const kbps = asked.reduce((sum, { settings }) => sum + settings.bitrate, 0);
    expect(kbps).toBeGreaterThan(8_000);
    expect(kbps).toBeLessThanOrEqual(10_200);
  });

  test.each([
    ["both", ["h264", "h265"], 0x10de, "obs_nvenc_h264_tex", "high"],
    ["H.265 alone, by an NVIDIA card", ["h265"], 0x10de, "obs_nvenc_hevc_tex", "main"],
    ["H.265 alone, by an AMD card", ["av1", "h265"], 0x1002, "h265_texture_amf", "main"],
  ])("of a client that supports %s", async (_what, codecs, vendor, type, profile) => {
    const { answer } = await ask({
      authentication: await keyOf(MULTITRACK),
      client: { name: "obs-studio", version: "31.0.0", supported_codecs: codecs },
      capabilities: { gpu: [{ vendor_id: vendor, model: "some" }] },
      preferences: PREFERENCES,
    });
    expect(answer.encoder_configurations).toHaveLength(4);
    for (const track of answer.encoder_configurations) {
      expect(track).toMatchObject({ type, settings: { profile } });
    }
  });

  /** `[width]x[height]:[bitrate]` of each track. */
  async function tracksOf(preferences: object, more: object = {}): Promise<string[]> {
    const authentication = await multitrackKey();
    const { answer } = await ask({ authentication, preferences, ...more });
    const tracks: { width: number; height: number; settings: { bitrate: number } }[] =
      answer.encoder_configurations;
    return tracks.map(({ width, height, settings }) => `${width}x${height}:${settings.bitrate}`);
  }
  let madeKey: Promise<string> | undefined;
  const multitrackKey = () => {
    madeKey ??= keyOf(MULTITRACK);
    return madeKey;
  };

  const [FULL, HD, SD, LOW] = ["1920x1080:5000", "1280x720:2400", "854x480:1000", "640x360:500"];
  const fast = ["1920x1080:5500", "1280x720:2700", "854x480:1200", "640x360:640"];
  const rate = (numerator: number, denominator = 1) => ({ framerate: { numerator, denominator } });

  test.each<[object, (string | undefined)[]]>([
    [{}, [FULL, HD, SD, LOW]],
    [rate(30), [FULL, HD, SD, LOW]],
    [rate(30_001, 1_000), fast],
    [rate(60), fast],
    [rate(60_000, 2_000), [FULL, HD, SD, LOW]],
    // As many tracks as are wanted, four at most.
    [{ maximum_video_tracks: 1 }, [FULL]],
    [{ maximum_video_tracks: 3 }, [FULL, HD, SD]],
    [{ maximum_video_tracks: 5 }, [FULL, HD, SD, LOW]],
    [{ maximum_video_tracks: 0 }, [FULL, HD, SD, LOW]],
    // As many as fit, with 160 kb/s of sound.
    [{ maximum_streaming_bandwidth: 9_060 }, [FULL, HD, SD, LOW]],
    [{ maximum_streaming_bandwidth: 9_059 }, [FULL, HD, SD]],
    [{ maximum_streaming_bandwidth: 7_560 }, [FULL, HD]],
    [{ maximum_streaming_bandwidth: 7_559 }, [FULL, SD, LOW]],
    [{ maximum_aggregate_bitrate: 7_560 }, [FULL, HD]],
    [{ maximum_aggregate_bitrate: 1, maximum_streaming_bandwidth: 7_560 }, [FULL, HD]],
    [{ maximum_streaming_bandwidth: 5_160 }, [FULL]],
    [{ maximum_streaming_bandwidth: 5_159 }, ["1920x1080:4999"]],
    [{ maximum_streaming_bandwidth: 660 }, ["1920x1080:500"]],
    [{ maximum_streaming_bandwidth: 659 }, ["1920x1080:500"]],
    // Up to the source's own lines, or the user's limit.
    [{ width: 1_280, height: 720 }, [HD, SD, LOW]],
    [{ width: 1_280, height: 719 }, ["854x480:1000", "640x360:500"]],
    [{ maximum_resolution: "SD" }, [SD, LOW]],
    [{ maximum_resolution: "FULL_HD" }, [FULL, HD, SD, LOW]],
    [{ maximum_resolution: "toString" }, [FULL, HD, SD, LOW]],
    // Less than the smallest step is one track, of an even number of lines.
    [{ width: 640, height: 359 }, ["642x360:500"]],
    [{ width: 64, height: 64 }, ["64x64:500"]],
    [{ width: 63, height: 1_080 }, [FULL, HD, SD, LOW]],
    [{ width: 1_920, height: 63 }, [FULL, HD, SD, LOW]],
    [{ width: "64", height: 1_000_001 }, [FULL, HD, SD, LOW]],
  ])("chooses the tracks for %j", async (preferences, tracks) => {
    expect(await tracksOf(preferences)).toEqual(tracks);
  });

  test.each([
    ["h264", 0x10de, "obs_nvenc_h264_tex"],
    ["h264", 0x1002, "h264_texture_amf"],
    ["h264", 0x8086, "obs_qsv11_v2"],
    ["h264", 0x1234, "obs_x264"],
    ["h265", 0x10de, "obs_nvenc_hevc_tex"],
    ["h265", 0x1002, "h265_texture_amf"],
    ["h265", 0x8086, "obs_qsv11_hevc"],
  ])("encodes %s on the card of vendor %i by %s", async (codec, vendor, type) => {
    const { answer } = await ask({
      authentication: await multitrackKey(),
      client: { supported_codecs: [codec] },
      capabilities: { gpu: [{ vendor_id: 1 }, { vendor_id: vendor }] },
    });
    expect(answer.encoder_configurations[0]).toMatchObject({
      type,
      bitrate_interpolation_points: [2_500, 5_000],
      gpu_scale_type: "OBS_SCALE_BICUBIC",
    });
  });

  test("says what is wrong", async () => {
    const single = await keyOf({});
    for (const [body, status, sentence] of [
      ["{", 400, "The request is not JSON."],
      [{ authentication: 7 }, 400, /^authentication/],
      ["x".repeat(70_000), 400, /longer than 65536 bytes/],
      [{ authentication: "sk_us-east-1_x_y" }, 403, "The stream key is not valid."],
      [{ authentication: single }, 200, /multitrackInputConfiguration/],
      [{ authentication: single, client: { supported_codecs: ["av1"] } }, 400, /no encoder/],
      [{ authentication: single, client: { supported_codecs: ["h265"] } }, 400, /no encoder/],
    ] as const) {
      const asked = await ask(body);
      expect(asked.status).toBe(status);
      expect(asked.answer.status).toEqual({
        result: "error",
        html_en_us: expect.stringMatching(sentence),
      });
    }
  });

  test.each([
    ["application/sdp", undefined, 401, "Bearer"],
    ["text/plain", undefined, 401, "Bearer"],
    ["application/sdp; charset=utf-8", "sk_us-east-1_x_y", 403, null],
    ["text/plain", "sk_us-east-1_x_y", 415, null],
    ["multipart/form-data; boundary=x", undefined, 400, null],
  ] as const)("WHIP with %s and the key %s is answered %i", async (type, key, status, asks) => {
    const response = await fetch(`${server.endpoint}/whip`, {
      ...{ method: "POST", body: "v=0" },
      headers: { "content-type": type, ...(key ? { authorization: `Bearer ${key}` } : {}) },
    });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([status, asks]);
  });
});

describe("offers of Amazon's Web Broadcast SDK", () => {
  const sdp = readFileSync(
    join(import.meta.dirname, "../../../packages/media/src/testing/offers/chromium.sdp"),
    "utf8",
  );
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  const offer = (key: string) =>
    JSON.stringify({
      offer: encoded({ type: "offer", sdp }),
      streamKey: key,
      maxResolution: { width: 852, height: 480 },
      ...{ maxFramerate: 30, maxBitrate: 1_500 },
    });

  /** Over TLS, to the port of RTMPS or that of the APIs. */
  async function ask(port: "rtmps" | "api", method: string, path: string, body = "") {
    const asked = request({
      ...{ method, path, host: "localhost", agent: false },
      port: port === "rtmps" ? server.server.ports.rtmps : new URL(server.endpoint).port,
      ca: readFileSync(server.server.certificateFile),
      headers: { "content-type": "application/json", origin: "http://localhost" },
    });
    asked.end(body);
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, text: await text(response) };
  }

  const wrong = offer("sk_us-east-1_wrong");
  test.each([
    ["api", "POST", "/v1/offer", wrong, 403, '{"code":1007,"message":"Invalid stream key"}'],
    ["rtmps", "POST", "/v1/offer", wrong, 403, '{"code":1007,"message":"Invalid stream key"}'],
    ["api", "POST", "/v1/offer", "{}", 400, "no offer and stream key"],
    ["rtmps", "POST", "/v1/offer", "{}", 400, "no offer and stream key"],
    ["rtmps", "OPTIONS", "/v1/offer", "", 204, ""],
    ["rtmps", "GET", "/v1/offer", "", 405, "Offers are posted"],
    ["rtmps", "POST", "/whip", "", 404, "by RTMPS, and pages by /v1/offer"],
    ["rtmps", "GET", "/", "", 404, "have a port of their own"],
  ] as const)(
    "%s port: %s %s (%s) is answered %i",
    async (port, method, path, body, status, said) => {
      const answer = await ask(port, method, path, body);
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(said);
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
    },
  );

  test("publish from the port of RTMPS, one at a time", async () => {
    const created = await server.clients().ivs.send(new CreateChannelCommand({ type: "BASIC" }));
    const streamKey = created.streamKey?.value ?? "";
    const taken = await ask("rtmps", "POST", "/v1/offer", offer(streamKey));
    expect(taken.status).toBe(200);
    const { answer, ingestSessionId } = JSON.parse(taken.text);
    const { type, sdp: answered } = JSON.parse(Buffer.from(answer, "base64").toString());
    expect(type).toBe("answer");
    expect(answered).toMatch(/^v=0\r\n/);
    expect(answered).toContain(` ${server.server.ports.webrtc} typ host`);
    expect(ingestSessionId).toMatch(/^[\w-]{22}$/);
    const second = await ask("rtmps", "POST", "/v1/offer", offer(streamKey));
    expect(second.status).toBe(403);
    expect(JSON.parse(second.text)).toMatchObject({ code: 1_000 });
    const third = await ask("rtmps", "POST", "/v1/offer", offer(`${streamKey}?priority=2`));
    expect(third.status).toBe(200);
  });
});
