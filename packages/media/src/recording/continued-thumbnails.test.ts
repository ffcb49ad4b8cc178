import fc from "fast-check";
import { expect, test } from "vitest";
import type { Rendition } from "../hls/rendition.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import type { StreamMedia } from "../port/source.ts";
import { recordedBytes } from "../testing/recorded-bytes.ts";
import { segment } from "../testing/synthetic-media.ts";
import { Recording } from "./recording.ts";

const RENDITIONS: readonly Rendition[] = [1_080, 720].map((height) => ({
  id: height === 1_080 ? "chunked" : `${height}p30`,
  name: `${height}p30`,
  picture: { width: height * 2, height, frameRate: 30 },
  codecs: "",
}));
const FOLDERS = ["media/thumbnails", "media/thumbnails/720p30"];
const video = {
  ...{ width: 1_920, height: 1_080, frameRate: 30, codec: "" },
  ...{ profile: "", level: "", targetBitrate: 0 },
};

/** The end of a keyframe's picture. */
type Fate = "kept" | "not decoded" | "not written";

/** A host that counts the thumbnails of one recording, whichever of its broadcasts made them. */
class Host {
  readonly stored = new Map<string, string>();
  readonly overwritten: string[] = [];
  count = 0;
  #broadcasts = 0;

  async broadcast(tracks: number, fates: readonly Fate[]): Promise<void> {
    this.#broadcasts += 1;
    let next = 0;
    const recording = new Recording({
      streamName: "channel",
      streamId: `st-${this.#broadcasts}`,
      limits: { ...defaultMediaLimits, lastThumbnailMaxMs: 1_000 },
      plan: {
        renditions: "all",
        thumbnails: { intervalMs: 1_000, heights: undefined, sequential: true, latest: true },
      },
      decoder: {
        decode: async () => {
          const number = next;
          next += 1;
          const fate = fates[number] ?? "kept";
          if (fate === "not decoded") throw new Error("broken");
          return Buffer.from(`${fate} ${this.#broadcasts}-${number}`);
        },
      },
      spill: undefined,
      start: async () => ({ rows: [], thumbnails: this.count }),
      put: async ({ path, body, thumbnail }) => {
        const text = recordedBytes(body).toString();
        if (text.startsWith("not written")) throw new Error("SlowDown");
        if (thumbnail === undefined) return;
        if (this.stored.has(path)) this.overwritten.push(path);
        this.stored.set(path, text);
        this.count = thumbnail + 1;
      },
      publish: () => undefined,
    });
    const stream: StreamMedia = {
      video,
      audio: undefined,
      encoder: "",
      ...(tracks > 1 && { furtherVideo: [] }),
    };
    const renditions = RENDITIONS.slice(0, tracks);
    recording.begin(renditions, { stream, startedAtMs: 0 });
    for (let round = 0; round < fates.length / tracks; round += 1) {
      for (const { name } of renditions) recording.add(name, segment());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await recording.finish();
  }

  /** The numbers in a folder, in the order of their writes. */
  numbers(folder: string): number[] {
    return [...this.stored.keys()].flatMap((path) => {
      const [, inFolder, number] = /^(.*)\/thumb(\d+)\.jpg$/.exec(path) ?? [];
      return inFolder === folder ? [Number(number)] : [];
    });
  }
}

test("thumbnails go on in their folder after each reconnect, without a hole", async () => {
  const host = new Host();
  for (const fates of [3, 1, 2]) await host.broadcast(1, Array<Fate>(fates).fill("kept"));
  expect(host.numbers("media/thumbnails")).toEqual([0, 1, 2, 3, 4, 5]);
  expect([...host.stored.values()]).toEqual(
    ["1-0", "1-1", "1-2", "2-0", "3-0", "3-1"].map((picture) => `kept ${picture}`),
  );
});

test.each([1, 2])("whatever is lost, no reconnect overwrites one (%i tracks)", async (tracks) => {
  const fate = fc.constantFrom<Fate>("kept", "kept", "not decoded", "not written");
  const broadcasts = fc.array(fc.array(fate, { minLength: 1, maxLength: 8 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(broadcasts, async (all) => {
      const host = new Host();
      for (const fates of all) {
        const before = host.count;
        const earlier = host.stored.size;
        await host.broadcast(tracks, fates);
        const added = [...host.stored.keys()].slice(earlier);
        for (const path of added) {
          expect(Number(/(\d+)\.jpg$/.exec(path)?.[1])).toBeGreaterThanOrEqual(before);
        }
      }
      expect(host.overwritten).toEqual([]);
      for (const folder of FOLDERS) {
        const numbers = host.numbers(folder);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        // One track has no holes; of several, each goes on after the longest.
        if (tracks === 1) expect(numbers).toEqual([...numbers.keys()]);
      }
      expect(host.stored.size === 0 ? 0 : host.count).toBe(
        Math.max(-1, ...FOLDERS.flatMap((folder) => host.numbers(folder))) + 1,
      );
    }),
    { numRuns: 100 },
  );
});
