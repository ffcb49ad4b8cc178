import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAvcConfig } from "../codec/avc-config.ts";
import { flvTags } from "../container/flv/flv-tags.ts";
import { cellsConfiguration } from "./avc-cells.ts";
import { TestPicture, testPicture } from "./test-picture.ts";

const START_MS = Date.UTC(2026, 1, 7, 18, 13, 19);
const TAG = { audio: 8, video: 9 } as const;
const KEY_PICTURE = 0x17;

interface Shown {
  readonly type: number;
  readonly timestampMs: number;
  readonly key: boolean;
}

/** The tags of a picture that is asked for at these times after its start. */
async function tagsAt(times: readonly number[]): Promise<readonly Shown[]> {
  const picture = new TestPicture(START_MS);
  const bytes = [picture.head(), ...times.map((ms) => picture.until(START_MS + ms))];
  const tags: Shown[] = [];
  for await (const { type, timestampMs, body } of flvTags(Readable.from(bytes))) {
    // The first byte after the codec's says whether it is a configuration.
    if (body[1] === 0) continue;
    tags.push({ type, timestampMs, key: type === TAG.video && body[0] === KEY_PICTURE });
  }
  return tags;
}

test("the configuration says what is sent", () => {
  const { sps } = parseAvcConfig(cellsConfiguration());
  expect(sps).toMatchObject({ width: 512, height: 288, levelIdc: 30 });
});

test("there are 30 pictures a second, a key picture every two, and sound all along", async () => {
  const everyMs = 1_000 / 30;
  const tags = await tagsAt(Array.from({ length: 150 }, (_, at) => Math.ceil(at * everyMs)));
  const video = tags.filter(({ type }) => type === TAG.video);
  expect(video).toHaveLength(150);
  expect(video.filter(({ key }) => key).map(({ timestampMs }) => timestampMs)).toEqual([
    0, 2_000, 4_000,
  ]);
  const audio = tags.filter(({ type }) => type === TAG.audio);
  expect(audio).toHaveLength(Math.floor((149 * everyMs * 48) / 1_024) + 1);
});

test("times never go back and a key picture begins each two seconds, however late", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3_000 }), { maxLength: 20 }), async (pauses) => {
      let at = 0;
      const tags = await tagsAt(pauses.map((pause) => (at += pause)));
      const video = tags.filter(({ type }) => type === TAG.video);
      const group = ({ timestampMs }: Shown) => Math.floor((timestampMs + 1) / 2_000);
      for (const [index, tag] of video.entries()) {
        const before = video[index - 1];
        if (before) expect(tag.timestampMs).toBeGreaterThan(before.timestampMs);
        expect(tag.key).toBe(before === undefined || group(tag) > group(before));
      }
    }),
    { numRuns: 20 },
  ));

test("it begins when it is read, and ends with its signal", async () => {
  const end = new AbortController();
  const reads: string[] = [];
  const onRead = () => reads.push("read");
  const picture = testPicture({ signal: end.signal, nowMs: Date.now, onRead });
  expect(reads).toEqual([]);
  let tags = 0;
  for await (const _ of flvTags(picture)) {
    tags += 1;
    if (tags === 10) end.abort();
  }
  expect(reads).toEqual(["read"]);
  expect(tags).toBeGreaterThanOrEqual(10);
});
