import { writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Rendition } from "../hls/rendition.ts";
import type { StreamEventBody } from "../port/events.ts";
import type { MediaHost } from "../port/host.ts";
import type { RecordingFileRow, RecordingObject, RecordingStart } from "../port/recording.ts";
import type { StreamMedia } from "../port/source.ts";
import { recordedBytes } from "../testing/recorded-bytes.ts";
import { segment } from "../testing/synthetic-media.ts";
import { Recording } from "./recording.ts";
import { renderRecordingPlaylists } from "./recording-playlists.ts";
import { SpillFolder } from "./spill-folder.ts";

const FILE_BYTES = 5 * 752;
const media: StreamMedia = {
  video: {
    width: 1280,
    height: 720,
    frameRate: 29.97,
    codec: "avc1.64001F",
    profile: "High",
    level: "3.1",
    targetBitrate: 0,
  },
  audio: { codec: "mp4a.40.2", sampleRate: 48_000, channels: 2, targetBitrate: 0 },
  encoder: "",
};
const rendition: Rendition = {
  id: "chunked",
  name: "720p30",
  picture: { width: 1280, height: 720, frameRate: 29.97 },
  codecs: "avc1.64001F,mp4a.40.2",
};

interface Made {
  readonly recording: Recording;
  readonly puts: RecordingObject[];
  readonly events: StreamEventBody[];
  readonly starts: RecordingStart[];
}

function make(
  put: MediaHost["putRecordingObject"] = async () => undefined,
  rows: Promise<readonly RecordingFileRow[]> = Promise.resolve([]),
  spill?: SpillFolder,
  recordingFailuresMax = 2,
): Made {
  const starts: RecordingStart[] = [];
  const puts: RecordingObject[] = [];
  const events: StreamEventBody[] = [];
  const recording = new Recording({
    streamName: "channel",
    streamId: "st-1",
    limits: {
      recordingFileDurationMs: 10_000,
      lastThumbnailMaxMs: 1_000,
      recordingMemoryBytesMax: 2 * FILE_BYTES,
      recordingFailuresMax,
    },
    plan: { renditions: "all", thumbnails: undefined },
    decoder: undefined,
    spill,
    start: async (start) => {
      starts.push(start);
      return { rows: await rows, thumbnails: 0 };
    },
    put: (object) => {
      puts.push(object);
      return put(object);
    },
    publish: (event) => events.push(event),
  });
  recording.begin([rendition], { stream: media, startedAtMs: 0 });
  return { recording, puts, events, starts };
}

function feed(recording: Recording, count: number, startMs = 0): void {
  for (let index = 0; index < count; index += 1) {
    recording.add("720p30", segment({ programDateTimeMs: startMs + index * 2_000 }));
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const isFile = ({ path }: { readonly path: string }): boolean => path.endsWith(".ts");
const lastBody = (puts: readonly RecordingObject[], name: string): string =>
  recordedBytes(puts.findLast(({ path }) => path.endsWith(name))?.body ?? []).toString();

describe("recording", () => {
  test("writes a file for five segments at once, and with it the playlists", async () => {
    const { recording, puts, events } = make();
    await turn();
    feed(recording, 5);
    await turn();
    expect(puts.map(({ path }) => path)).toEqual([
      "media/hls/720p30/0.ts",
      "media/hls/720p30/playlist.m3u8",
      "media/hls/720p30/byte-range-variant.m3u8",
      "media/hls/byte-range-multivariant.m3u8",
      "media/hls/master.m3u8",
    ]);
    feed(recording, 2, 10_000);
    await recording.finish();
    expect(puts.filter(isFile).map(({ row }) => row?.durationMs)).toEqual([10_000, 4_000]);
    expect(events.map(({ type }) => type)).toEqual([
      "recording-progress",
      "recording-progress",
      "recording-complete",
    ]);
    expect(events.at(-1)).toMatchObject({ durationMs: 14_000, files: 2, gaps: 0 });
  });

  test("marks ad breaks where they begin and end, in the file and in the keyframe interval", async () => {
    const { recording, puts } = make();
    feed(recording, 4);
    // It begins with the fifth segment's picture, and ends in the middle of the eighth.
    recording.addAdBreak({ id: "b1", startMs: 8_000, plannedMs: 7_000, scte35Out: Buffer.of(1) });
    feed(recording, 6, 8_000);
    await recording.finish();
    const start = 'ID="b1",START-DATE="1970-01-01T00:00:08.000Z"';
    const shape = (name: string) =>
      lastBody(puts, name)
        .split("\n")
        .flatMap((line) => /^#EXT-X-DATERANGE.*|^#EXT-X-BYTERANGE|^\d\.ts/.exec(line)?.[0] ?? [])
        .map((line) => line.replace(/0x[0-9A-F]{70}$/, "0x"));
    const out = `#EXT-X-DATERANGE:${start},PLANNED-DURATION=7.0,SCTE35-OUT=0x`;
    const back = `#EXT-X-DATERANGE:${start},END-DATE="1970-01-01T00:00:15.000Z",DURATION=7.0,SCTE35-IN=0x`;
    expect(shape("/playlist.m3u8")).toEqual([out, "0.ts", back, "1.ts"]);
    const [range, first, second] = ["#EXT-X-BYTERANGE", "0.ts", "1.ts"];
    const before = Array.from({ length: 4 }, () => [range, first]).flat();
    const after = [range, second, range, second, back, range, second];
    expect(shape("byte-range-variant.m3u8").slice(0, 18)).toEqual(
      [...before, out, range, first, ...after].slice(0, 18),
    );
    // The host makes the same playlists from what it kept as JSON.
    const rows = puts.flatMap(({ row }) => row ?? []);
    const media = { hlsPath: "media/hls", playlist: "master.m3u8", byteRangePlaylist: "b.m3u8" };
    const one = { path: "720p30", playlist: "playlist.m3u8", byteRangePlaylist: "byte.m3u8" };
    const picture = { width: 1280, height: 720, frameRate: 29.97, codecs: "" };
    const [again] = renderRecordingPlaylists(JSON.parse(JSON.stringify(rows)), {
      ...media,
      renditions: [{ ...one, ...picture }],
    });
    expect(again?.body).toBe(lastBody(puts, "/playlist.m3u8"));
  });

  test.each([
    [2_000, [10_000, 10_000, 4_000]],
    [1_999, [9_995, 9_995, 3_998]],
    [3_000, [9_000, 9_000, 9_000, 9_000]],
    [4_000, [12_000, 12_000, 12_000, 12_000]],
    [10_000, Array.from({ length: 12 }, () => 10_000)],
  ])("files of segments of %i ms are as near to 10 s as they come", async (durationMs, files) => {
    const { recording, puts } = make();
    for (let index = 0; index < 12; index += 1) {
      recording.add("720p30", segment({ durationMs }));
      await turn();
    }
    await recording.finish();
    expect(puts.filter(isFile).map(({ row }) => row?.durationMs)).toEqual(files);
  });

  test("playlists made from the rows it published are the ones it wrote last", async () => {
    const { recording, puts, events, starts } = make();
    feed(recording, 13);
    await recording.finish();
    const rows = events.flatMap((event) =>
      event.type === "recording-progress" ? [structuredClone(event.row)] : [],
    );
    const [begun] = starts;
    const rendered =
      begun === undefined ? [] : renderRecordingPlaylists(rows.reverse(), begun.media);
    expect(rendered).toHaveLength(4);
    for (const { path, body } of rendered) {
      expect(lastBody(puts, path)).toBe(body);
    }
  });

  test("a file whose write fails is a gap with a discontinuity, and the recording goes on", async () => {
    const { recording, puts, events } = make(async ({ path }) => {
      if (path.endsWith("/1.ts")) {
        throw new Error("AccessDenied");
      }
    });
    for (let file = 0; file < 3; file += 1) {
      feed(recording, 5, file * 10_000);
      await turn();
    }
    await recording.finish();
    expect(events).toContainEqual(
      expect.objectContaining({ type: "recording-gap", message: "AccessDenied" }),
    );
    expect(events.at(-1)).toMatchObject({
      type: "recording-complete",
      durationMs: 20_000,
      gaps: 1,
    });
    const playlist = lastBody(puts, "/playlist.m3u8");
    expect(playlist).toMatch(/\n0\.ts\n#EXT-X-DISCONTINUITY\n.*\n.*\n2\.ts\n/);
    expect(playlist).not.toContain("1.ts");
  });

  test.each([
    [1, [1, 2], 1],
    [2, [2], 2],
  ])(
    "no file names an init section whose write failed, %i times",
    async (failures, files, gaps) => {
      let left = failures;
      const stored = new Set<string>();
      const unfounded: string[] = [];
      const { recording, puts, events } = make(
        async ({ path, row }) => {
          if (path.endsWith("init-a.mp4") && left > 0) {
            left -= 1;
            throw new Error("SlowDown");
          }
          if (row !== undefined && !stored.has(`media/hls/720p30/${row.init}`)) {
            unfounded.push(path);
          }
          stored.add(path);
        },
        undefined,
        undefined,
        3,
      );
      const init = { name: "init-a.mp4", body: Buffer.from("init") };
      for (let file = 0; file < 3; file += 1) {
        for (let index = 0; index < 5; index += 1) {
          const programDateTimeMs = file * 10_000 + index * 2_000;
          recording.add("720p30", segment({ init, programDateTimeMs }));
        }
        await turn();
      }
      await recording.finish();
      expect(
        events.flatMap((event) => (event.type === "recording-gap" ? event : [])),
      ).toMatchObject(
        Array.from({ length: gaps }, (_, index) => ({
          path: `media/hls/720p30/${index}.mp4`,
          message: "SlowDown",
        })),
      );
      expect(unfounded).toEqual([]);
      const rows = puts.flatMap(({ row }) => row ?? []);
      expect(rows.map(({ index, init }) => [index, init])).toEqual(
        files.map((index) => [index, "init-a.mp4"]),
      );
      const sections = puts.filter(({ path }) => path.endsWith("init-a.mp4"));
      expect(sections.map(({ body }) => recordedBytes(body).toString())).toEqual(
        Array(failures + 1).fill("init"),
      );
      expect(lastBody(puts, "/playlist.m3u8").match(/#EXT-X-MAP:URI="init-a.mp4"/g)).not.toBeNull();
      expect(events.at(-1)).toMatchObject({
        type: "recording-complete",
        files: files.length,
        gaps,
      });
    },
  );

  test("files in a row that can't be written fail the recording with the host's reason", async () => {
    const { recording, puts, events } = make(async ({ path }) => {
      throw new Error(`denied ${path}`);
    });
    for (let file = 0; file < 4; file += 1) {
      feed(recording, 5);
      await turn();
    }
    await recording.finish();
    expect(puts).toHaveLength(2);
    expect(events.at(-1)).toEqual({
      type: "recording-failed",
      durationMs: 0,
      files: 0,
      gaps: 2,
      message: "denied media/hls/720p30/1.ts",
    });
  });

  test("a host that doesn't answer costs at most the bound: later files become a gap", async () => {
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { recording, puts, events } = make(() => stuck);
    feed(recording, 25);
    expect(recording.status()).toMatchObject({ pendingBytes: 2 * FILE_BYTES, gaps: 3 });
    release();
    await turn();
    feed(recording, 5, 50_000);
    await recording.finish();
    expect(recording.status()).toMatchObject({ pendingBytes: 0, state: "complete" });
    expect(puts.filter(isFile).map(({ row }) => [row?.index, row?.discontinuity])).toEqual([
      [0, false],
      [1, false],
      [5, true],
    ]);
    expect(events.at(-1)).toMatchObject({ durationMs: 30_000, gaps: 3 });
  });

  test("a discontinuity in the stream begins a new file", async () => {
    const { recording, puts } = make();
    feed(recording, 2);
    recording.add("720p30", segment({ discontinuity: true, programDateTimeMs: 60_000 }));
    await recording.finish();
    expect(puts.filter(isFile).map(({ row }) => [row?.durationMs, row?.discontinuity])).toEqual([
      [4_000, false],
      [2_000, true],
    ]);
  });

  test("an abort is published once, and nothing is written after it", async () => {
    const { recording, puts, events } = make();
    await turn();
    feed(recording, 5);
    await turn();
    const before = puts.length;
    expect(recording.abort("the bucket is gone")).toBe(true);
    feed(recording, 5);
    await recording.finish();
    expect(recording.abort("again")).toBe(false);
    expect(puts).toHaveLength(before);
    expect(events.map(({ type }) => type)).toEqual(["recording-progress", "recording-failed"]);
  });

  test("final playlists that can't be written fail the recording, with what was recorded", async () => {
    let broken = false;
    const { recording, events } = make(async ({ path }) => {
      if (broken && path.endsWith("master.m3u8")) {
        throw new Error("InternalError");
      }
    });
    feed(recording, 5);
    await turn();
    broken = true;
    await recording.finish();
    expect(events.at(-1)).toMatchObject({
      type: "recording-failed",
      durationMs: 10_000,
      message: "InternalError",
    });
  });

  test("goes on after the files of an earlier broadcast, also with what it had before it knew", async () => {
    let publish: (rows: readonly RecordingFileRow[]) => void = () => undefined;
    const earlier = new Promise<readonly RecordingFileRow[]>((resolve) => {
      publish = resolve;
    });
    const { recording, puts, events } = make(undefined, earlier);
    feed(recording, 7);
    await turn();
    expect(puts).toEqual([]);
    const row: RecordingFileRow = {
      rendition: "720p30",
      index: 0,
      durationMs: 9_000,
      length: 752,
      programDateTimeMs: 0,
      discontinuity: false,
      byteRanges: [{ offset: 0, length: 752, durationMs: 9_000 }],
    };
    publish([row, { ...row, index: 3 }]);
    await turn();
    await recording.finish();
    expect(puts.filter(isFile).map(({ path, row }) => [path, row?.discontinuity])).toEqual([
      ["media/hls/720p30/4.ts", true],
      ["media/hls/720p30/5.ts", false],
    ]);
    expect(lastBody(puts, "/playlist.m3u8")).toMatch(
      /\n3\.ts\n#EXT-X-DISCONTINUITY\n.*\n.*\n4\.ts\n/,
    );
    expect(events.at(-1)).toMatchObject({ durationMs: 32_000, files: 4 });
  });

  test("that may not start has failed, and puts nothing", async () => {
    const { recording, puts, events } = make(undefined, Promise.reject(new Error("AccessDenied")));
    feed(recording, 5);
    await recording.finish();
    expect(puts).toEqual([]);
    expect(events).toEqual([
      { type: "recording-failed", durationMs: 0, files: 0, gaps: 0, message: "AccessDenied" },
    ]);
  });

  describe("behind a slow host", () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "rolecast-spill-"));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    /** Takes no longer than a turn, so that files don't pile up before the disk either. */
    const atOnce = async (file: string, body: readonly Buffer[]): Promise<void> =>
      writeFileSync(file, Buffer.concat(body));

    /** Feeds files while no put is answered, then lets them all be. */
    async function held(spill: SpillFolder, files: number) {
      await spill.open();
      let release: () => void = () => undefined;
      const stuck = new Promise<void>((resolve) => {
        release = resolve;
      });
      const made = make(() => stuck, undefined, spill);
      for (let file = 0; file < files; file += 1) {
        feed(made.recording, 5, file * 10_000);
        await turn();
      }
      return { ...made, release };
    }
    const written = (puts: readonly RecordingObject[]) =>
      puts
        .filter(isFile)
        .map(({ row, body }) => [row?.index, row?.discontinuity, recordedBytes(body).length]);
    const whole = (indexes: readonly number[]) =>
      indexes.map((index) => [index, false, FILE_BYTES]);

    test("files wait on the disk past the bound of memory, and none is lost", async () => {
      const spill = new SpillFolder({ folder, bytesMax: 20 * FILE_BYTES }, atOnce);
      const { recording, puts, events, release } = await held(spill, 12);
      expect(spill.bytes).toBe(10 * FILE_BYTES);
      expect(recording.status()).toMatchObject({ pendingBytes: 12 * FILE_BYTES, gaps: 0 });
      release();
      await recording.finish();
      expect(written(puts)).toEqual(whole([...Array(12).keys()]));
      expect(events.at(-1)).toMatchObject({ type: "recording-complete", durationMs: 120_000 });
      expect([spill.bytes, await readdir(folder)]).toEqual([0, []]);
    });

    test("past the disk's bound the gap is recorded as such", async () => {
      const spill = new SpillFolder({ folder, bytesMax: 3 * FILE_BYTES }, atOnce);
      const { recording, puts, events, release } = await held(spill, 8);
      release();
      await turn();
      feed(recording, 5, 80_000);
      await recording.finish();
      expect(written(puts)).toEqual([...whole([0, 1, 2, 3, 4]), [8, true, FILE_BYTES]]);
      expect(events.at(-1)).toMatchObject({ durationMs: 60_000, gaps: 3 });
    });

    test("a full disk loses what had to wait there, and nothing else", async () => {
      const full = async (): Promise<void> => {
        throw new Error("ENOSPC: no space left on device");
      };
      const spill = new SpillFolder({ folder, bytesMax: 20 * FILE_BYTES }, full);
      const { recording, puts, events, release } = await held(spill, 6);
      release();
      await turn();
      await turn();
      feed(recording, 5, 60_000);
      await recording.finish();
      expect(written(puts)).toEqual([...whole([0, 1]), [6, true, FILE_BYTES]]);
      const gaps = events.filter(({ type }) => type === "recording-gap");
      expect(gaps).toHaveLength(4);
      expect(gaps[0]).toMatchObject({ message: expect.stringContaining("ENOSPC") });
      expect(events.at(-1)).toMatchObject({ type: "recording-complete", gaps: 4 });
      expect(spill.bytes).toBe(0);
    });

    test("an abort leaves nothing on the disk", async () => {
      const spill = new SpillFolder({ folder, bytesMax: 20 * FILE_BYTES }, atOnce);
      const { recording, release } = await held(spill, 6);
      recording.abort("the bucket is gone");
      release();
      await recording.finish();
      expect([spill.bytes, await readdir(folder)]).toEqual([0, []]);
    });
  });
});
