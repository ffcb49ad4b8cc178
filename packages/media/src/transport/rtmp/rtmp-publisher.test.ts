import { Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeAmf0 } from "../../container/flv/amf0.ts";
import { flvTags } from "../../container/flv/flv-tags.ts";
import { flvHeader, videoConfigTag, videoTag } from "../../container/flv/flv-writer.ts";
import { EngineHarness } from "../../testing/engine-harness.ts";
import { avcConfig, picture } from "../../testing/synthetic-media.ts";
import { publishFlv } from "./rtmp-publisher.ts";

const metadata = encodeAmf0(["onMetaData", new Map([["encoder", "tests"]])]);
const dataTag = (body: Buffer) => {
  const head = Buffer.alloc(11);
  head.writeUInt8(18, 0);
  head.writeUIntBE(body.length, 1, 3);
  return Buffer.concat([head, body, Buffer.alloc(4)]);
};
const film = (seconds: number) => {
  const frames = Array.from({ length: 10 * seconds + 1 }, (_, index) =>
    videoTag(100 * index, 0, index % 10 === 0, picture(index % 10 === 0)),
  );
  return [flvHeader(false), dataTag(metadata), videoConfigTag(0, avcConfig.record), ...frames];
};

describe("the tags of an FLV stream", () => {
  const read = async (bytes: Buffer, step: number) => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
      bytes.subarray(step * index, step * (index + 1)),
    );
    const tags = [];
    for await (const { type, timestampMs, body } of flvTags(Readable.from(pieces)))
      tags.push([type, timestampMs, body.toString("hex")]);
    return tags;
  };

  test("are the same, however it is cut", async () => {
    const late = 2 ** 24 + 5;
    const bytes = Buffer.concat([
      ...[flvHeader(false), dataTag(Buffer.of(1, 2)), dataTag(Buffer.alloc(0))],
      videoTag(late, 0, true, [Buffer.of(0x65, 1)]),
    ]);
    const expected = [
      [18, 0, "0102"],
      [18, 0, ""],
      [9, late, "1701000000000000026501"],
    ];
    for (let step = 1; step <= bytes.length; step += 1)
      expect(await read(bytes, step)).toEqual(expected);
    // One that is cut short is none.
    expect(await read(bytes.subarray(0, -1), 7)).toEqual(expected.slice(0, 2));
  });

  test("are those of FLV", async () => {
    for (const head of ["FLW", "GLV", "FMV"])
      await expect(read(Buffer.from(head.padEnd(13)), 20)).rejects.toThrow("isn't FLV");
  });
});

describe("a publisher", () => {
  test.each(["rtmp", "rtmps"] as const)("over %s is heard to its end", async (scheme) => {
    const harness = await new EngineHarness().start();
    onTestFinished(() => harness.engine.close());
    const port = scheme === "rtmp" ? harness.rtmpPort : harness.rtmpsPort;
    await publishFlv(`${scheme}://127.0.0.1:${port}/app/a/key`, Readable.from(film(5)));
    const end = await harness.seen("session-ended");
    expect(end.reason).toBe("publisher-finished");
    expect(harness.requests).toMatchObject([{ name: "a/key", secure: scheme === "rtmps" }]);
    expect((await harness.seen("media-info")).media).toMatchObject({ encoder: "tests" });
  });

  test("ends when its connection does, though the film goes on", async () => {
    const harness = await new EngineHarness().start();
    onTestFinished(() => harness.engine.close());
    async function* endless() {
      for (const tag of film(5)) yield tag;
      const { streamName } = await harness.seen("stream-start");
      await harness.engine.stopStream(streamName);
      for (let ms = 5_200; ; ms += 10) {
        yield videoTag(ms, 0, true, picture(true));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const flv = Readable.from(endless());
    const published = publishFlv(`rtmp://127.0.0.1:${harness.rtmpPort}/app/a/key`, flv);
    await expect(published).rejects.toMatchObject({ code: "refused" });
    expect(flv.destroyed).toBe(true);
  });

  test("ends with the server's reason if it isn't taken", async () => {
    const harness = await new EngineHarness().start();
    onTestFinished(() => harness.engine.close());
    const film = Readable.from([flvHeader(false)]);
    await expect(
      publishFlv(`rtmp://127.0.0.1:${harness.rtmpPort}/other/key`, film),
    ).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("NetConnection.Connect.Rejected: the application is not"),
    });
    expect(film.destroyed).toBe(true);
  });
});
