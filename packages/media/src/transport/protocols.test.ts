import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flvHeader, videoConfigTag, videoTag } from "../container/flv/flv-writer.ts";
import { EngineHarness } from "../testing/engine-harness.ts";
import { fileProtocol } from "../testing/file/file-protocol.ts";
import { avcConfig, picture } from "../testing/synthetic-media.ts";
import { ingestProtocols } from "./protocols.ts";

const SECONDS = 7;

describe("a protocol that publishes a file, as one more line in the list", () => {
  let folder = "";
  let file = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rolecast-file-protocol-"));
    file = join(folder, "film.flv");
    const tags = Array.from({ length: SECONDS * 10 }, (_, at) =>
      videoTag(at * 100, 0, at % 10 === 0, picture(at % 10 === 0)),
    );
    await writeFile(
      file,
      Buffer.concat([flvHeader(false), videoConfigTag(0, Buffer.from(avcConfig.record)), ...tags]),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([
    ["in this process", 0],
    ["with workers, which know nothing of it", 1],
  ])("is played %s", async (_, workers) => {
    const makers = { ...ingestProtocols, file: fileProtocol(file, "film?priority=3") };
    const harness = new EngineHarness({ workers }, {}, 0, makers);
    const { engine } = await harness.start();
    try {
      await harness.seen("session-ended");
      expect(harness.requests).toMatchObject([
        { protocol: "file", name: "film", priority: 3, secure: true, connectionId: "f1" },
      ]);
      const playlist = await engine.mediaPlaylist("channel/film", "chunked");
      expect(playlist?.match(/\.ts$/gm)).toHaveLength(4);
      const segment = await engine.segment("channel/film", "chunked", 0);
      expect(segment?.[0]).toBe(0x47);
      expect(harness.rtmpPort).toBeGreaterThan(0);

      const offer = (name: string) => ({
        name,
        description: "",
        remoteAddress: "127.0.0.1",
        secure: true,
      });
      expect(await engine.negotiate("file", offer("other"))).toMatchObject({ session: "f2" });
      await harness.seen("stream-start", ({ streamName }) => streamName === "channel/other");
      await expect(engine.negotiate("file", offer("no-such"))).rejects.toMatchObject({
        code: "refused",
        message: "this key is not known",
      });
      for (const protocol of ["rtmp", "srt", "none"]) {
        await expect(engine.negotiate(protocol, offer(""))).rejects.toMatchObject({
          code: "refused",
        });
      }
    } finally {
      await engine.close();
    }
  });

  test("that can't be opened leaves nothing behind", async () => {
    const makers = { ...ingestProtocols, file: fileProtocol(file, "no-such-key") };
    const harness = new EngineHarness({}, {}, 0, makers);
    await expect(harness.start()).rejects.toThrow("this key is not known");
    expect((await harness.engine.health()).listening).toBe(false);
  });
});
