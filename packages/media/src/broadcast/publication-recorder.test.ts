import { expect, test } from "vitest";
import type { MediaEvent } from "../port/events.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import type {
  PublicationRecording,
  RecordingLayout,
  RecordingObject,
  RecordingStart,
} from "../port/recording.ts";
import { aacRecord, avcRecord, otherAvcRecord, picture } from "../testing/synthetic-media.ts";
import { PublicationRecorder } from "./publication-recorder.ts";

const MS = 1_000;
const SOUND_STEP_MS = 20;
const PICTURE_STEP_MS = 40;
const KEYFRAMES_MS = 2_000;

const LAYOUT: RecordingLayout = {
  ...{ playlist: "multivariant.m3u8", byteRangePlaylist: undefined, firstNumber: 1 },
  ...{ thumbnailFolder: "high", thumbnailPrefix: "", finalType: "VOD" },
};

/** A publisher's media until a moment. */
interface Stretch {
  readonly untilMs: number;
  readonly pictures: "none" | "small" | "large";
  readonly hasSound: boolean;
}

const SMALL = { pictures: "small", hasSound: true } as const;
const LARGE = { pictures: "large", hasSound: true } as const;
const CAMERA_OFF = { pictures: "none", hasSound: true } as const;
const SILENT = { pictures: "small", hasSound: false } as const;

/** Resolves to what the host is given. */
async function record(
  stretches: readonly Stretch[],
  change: Partial<PublicationRecording> = {},
  delayMs = 0,
) {
  const objects = new Map<string, string>();
  const rows: NonNullable<RecordingObject["row"]>[] = [];
  const events: MediaEvent["type"][] = [];
  let start: RecordingStart | undefined;
  const recorder = new PublicationRecorder({
    recorded: {
      ...{ group: "g", publication: "p", session: "s", streamName: "g/p", streamId: "pr-1" },
      plan: { renditions: "all", thumbnails: undefined, layout: LAYOUT, fileDurationMs: 4 * MS },
      ...{ renditionName: "high", isSoundOnly: false, ...change },
    },
    host: {
      authorizePublish: async () => ({ allow: false, reason: "" }),
      event: ({ type }) => void events.push(type),
      startRecording: async (given) => {
        start = given;
        return { rows: [], thumbnails: 0 };
      },
      putRecordingObject: async ({ path, body, row }) => {
        objects.set(path, "file" in body ? "" : Buffer.concat(body).toString());
        if (row) rows.push(row);
      },
    },
    ...{ limits: defaultMediaLimits, thumbnailDecoder: undefined, spill: undefined },
    ...{ now: () => 0, onOver: () => undefined },
  });
  const video = { id: 0, kind: "video", codec: "h264", clockHz: MS } as const;
  const audio = { id: 1, kind: "audio", codec: "aac", clockHz: MS } as const;
  recorder.configure([{ ...audio, config: aacRecord }]);
  recorder.delayed(delayMs);
  let size: Stretch["pictures"] = "none";
  let atMs = 0;
  for (const { untilMs, pictures, hasSound } of stretches)
    for (; atMs < untilMs; atMs += SOUND_STEP_MS) {
      const at = { dts: atMs, pts: atMs };
      const key = atMs % KEYFRAMES_MS === 0;
      if (key && pictures !== "none" && pictures !== size) {
        size = pictures;
        const config = pictures === "small" ? avcRecord : otherAvcRecord;
        recorder.configure([{ ...video, config }]);
      }
      if (pictures !== "none" && atMs % PICTURE_STEP_MS === 0)
        recorder.write({ track: 0, ...at, key, data: picture(key) });
      if (hasSound) recorder.write({ track: 1, ...at, key: true, data: [Buffer.alloc(40, 0x21)] });
    }
  recorder.end();
  await recorder.recorded();
  const lines = (objects.get("media/hls/high/playlist.m3u8") ?? "").split("\n");
  const seconds = lines.flatMap((line) => /^#EXTINF:([\d.]+)/.exec(line)?.[1] ?? []);
  return {
    ...{ objects, rows, events, start },
    lines,
    durationMs: Math.round(seconds.reduce((sum, one) => sum + Number(one) * MS, 0)),
    breaks: lines.filter((line) => line === "#EXT-X-DISCONTINUITY").length,
    inits: new Set(lines.filter((line) => line.startsWith("#EXT-X-MAP"))).size,
  };
}

test.each<[string, readonly Stretch[], Partial<PublicationRecording>, number, number, number]>([
  ["pictures and sound", [{ untilMs: 9_000, ...SMALL }], {}, 9_000, 0, 1],
  ["pictures without sound", [{ untilMs: 9_000, ...SILENT }], {}, 9_000, 0, 1],
  [
    "a picture that grows",
    [
      { untilMs: 4_000, ...SMALL },
      { untilMs: 9_000, ...LARGE },
    ],
    {},
    ...([9_000, 1, 2] as const),
  ],
  [
    "a camera that is off for a while",
    [
      { untilMs: 4_000, ...SMALL },
      { untilMs: 14_000, ...CAMERA_OFF },
      { untilMs: 20_000, ...SMALL },
    ],
    {},
    ...([20_000, 2, 2] as const),
  ],
  [
    "a camera that is off for a moment",
    [
      { untilMs: 4_000, ...SMALL },
      { untilMs: 6_000, ...CAMERA_OFF },
      { untilMs: 10_000, ...SMALL },
    ],
    {},
    ...([10_000, 0, 1] as const),
  ],
  ["sound alone, as asked", [{ untilMs: 9_000, ...SMALL }], { isSoundOnly: true }, 9_000, 0, 1],
])("%s is recorded whole", async (_what, stretches, change, durationMs, breaks, inits) => {
  const made = await record(stretches, change);
  expect(Math.abs(made.durationMs - durationMs)).toBeLessThanOrEqual(PICTURE_STEP_MS);
  expect([made.breaks, made.inits]).toEqual([breaks, inits]);
  expect(made.rows.map(({ index }) => index)).toEqual(made.rows.map((_row, index) => index));
  const named = made.lines.filter((line) => /^\d/.test(line));
  expect(named).toEqual(made.rows.map(({ index }) => `${index + 1}.mp4`));
  for (const name of named) expect(made.objects.has(`media/hls/high/${name}`)).toBe(true);
  expect(made.lines).toContain("#EXT-X-PLAYLIST-TYPE:VOD");
  expect(made.lines.at(-2)).toBe("#EXT-X-ENDLIST");
  expect(made.events[0]).toBe("recording-opened");
  expect(made.events.at(-1)).toBe("recording-complete");
  const { codecs = "" } = made.start?.media.renditions[0] ?? {};
  expect(codecs === "" || codecs.includes("mp4a")).toBe(true);
});

test("sound that comes before the camera is on is recorded, and no codec is promised", async () => {
  const stretches = [
    { untilMs: 6_000, ...CAMERA_OFF },
    { untilMs: 12_000, ...SMALL },
  ];
  const made = await record(stretches);
  expect(made.start?.media.renditions[0]).toMatchObject({ codecs: "", height: 0 });
  expect(made.objects.get("media/hls/multivariant.m3u8")).not.toContain("CODECS");
  expect(made.breaks).toBe(1);
});

test("with thumbnails alone there are no media files, and nothing is a failure", async () => {
  const plan = { renditions: "none", thumbnails: undefined, layout: LAYOUT } as const;
  const { objects, events } = await record([{ untilMs: 4_000, ...SMALL }], { plan });
  expect([objects.size, events.at(-1)]).toEqual([0, "recording-complete"]);
});

test("media that came a while ago is recorded with the time when it came", async () => {
  const { start, lines } = await record([{ untilMs: 3_000, ...SMALL }], {}, 2_500);
  expect(start?.startedAtMs).toBe(-2_500);
  const dates = lines.filter((line) => line.startsWith("#EXT-X-PROGRAM-DATE-TIME"));
  expect(dates[0]).toBe("#EXT-X-PROGRAM-DATE-TIME:1969-12-31T23:59:57.500Z");
});
