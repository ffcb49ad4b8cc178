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

describe("GetClientConfiguration", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

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
});
