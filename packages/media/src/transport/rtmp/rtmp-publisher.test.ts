import { X509Certificate } from "node:crypto";
import { type AddressInfo, connect, createServer } from "node:net";
import { Readable } from "node:stream";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { encodeAmf0 } from "../../container/flv/amf0.ts";
import { flvTags } from "../../container/flv/flv-tags.ts";
import { flvHeader, videoConfigTag, videoTag } from "../../container/flv/flv-writer.ts";
import type { OtherServer } from "../../port/publish.ts";
import { EngineHarness } from "../../testing/engine-harness.ts";
import { avcConfig, picture } from "../../testing/synthetic-media.ts";
import { testCertificate } from "../../testing/test-certificate.ts";
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

describe("an encoder that is handed on", () => {
  const { fingerprint256 } = new X509Certificate(testCertificate.cert);
  /** A server that takes the media of the other one's encoders, at an address that `at` changes. */
  async function servers(at: (own: OtherServer, rtmpsPort: number) => OtherServer = (own) => own) {
    const target = await new EngineHarness().start();
    const own = { host: "127.0.0.1", port: target.rtmpPort, name: "handed-on-1" };
    const decision = { allow: false, reason: "elsewhere", at: at(own, target.rtmpsPort) } as const;
    const source = await new EngineHarness({}, { authorizePublish: async () => decision }).start();
    onTestFinished(async () => {
      await Promise.all([source.engine.close(), target.engine.close()]);
    });
    const url = `rtmp://127.0.0.1:${source.rtmpPort}/app/key`;
    return { target, source, publish: (flv: Readable) => publishFlv(url, flv) };
  }

  test.each([undefined, fingerprint256])("is heard to its end (%s)", async (certificateSha256) => {
    const { target, source, publish } = await servers((own, rtmpsPort) => ({
      ...{ ...own, certificateSha256 },
      port: certificateSha256 === undefined ? own.port : rtmpsPort,
    }));
    await publish(Readable.from(film(5)));
    expect((await target.seen("session-ended")).reason).toBe("publisher-finished");
    expect((await target.seen("media-info")).media).toMatchObject({ encoder: "tests" });
    const secure = certificateSha256 !== undefined;
    expect(target.requests).toMatchObject([{ name: "handed-on-1", secure }]);
    expect(source.events).toEqual([]);
  });

  test.each<[string, Partial<OtherServer>, string]>([
    ["a server with another certificate", { certificateSha256: "00:11" }, "another server"],
    ["a server that takes another key", { name: "no key" }, "this key is not known"],
    ["a port at which none is", { port: 1 }, "can't be handed on"],
  ])("is refused where it comes to %s", async (_, change, reason) => {
    const { target, source, publish } = await servers((own, rtmpsPort) => {
      const port = change.certificateSha256 === undefined ? own.port : rtmpsPort;
      return { ...own, port, ...change };
    });
    const published = publish(Readable.from(film(1)));
    await expect(published).rejects.toMatchObject({ message: expect.stringContaining(reason) });
    const refused = await source.seen("publish-refused");
    expect(refused.reason).toContain(reason);
    expect(target.types()).not.toContain("session-created");
  });

  test("is disconnected when the other server ends it, and ends there when it goes", async () => {
    const { target, source, publish } = await servers();
    async function* endless() {
      for (const tag of film(5)) yield tag;
      for (let ms = 5_200; ; ms += 10) {
        yield videoTag(ms, 0, true, picture(true));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const stopped = publish(Readable.from(endless()));
    const { streamName } = await target.seen("stream-start");
    await target.engine.stopStream(streamName);
    await expect(stopped).rejects.toMatchObject({ code: "refused" });
    const flv = Readable.from(endless());
    const gone = publish(flv);
    await target.seen("stream-start", ({ streamId }) => streamId === "st-2");
    flv.destroy(new Error("the plug was pulled"));
    await expect(gone).rejects.toThrow("pulled");
    const { reason } = await target.seen("session-ended", ({ streamId }) => streamId === "st-2");
    expect(reason).toBe("connection-lost");
    expect((await source.engine.health()).connections).toBe(0);
  });

  test("is read no faster than the other server reads it", async () => {
    const sizeBytes = 96 * 1024 * 1024;
    const frameBytes = 256 * 1024;
    let sentBytes = 0;
    let isHeld = false;
    let release = (): void => {};
    const between = createServer({ allowHalfOpen: true }, (socket) => {
      const on = connect(target.rtmpPort, "127.0.0.1");
      socket.on("error", () => on.destroy()).on("end", () => on.end());
      on.on("error", () => socket.destroy()).pipe(socket);
      socket.on("data", (bytes) => {
        const isTaken = on.write(bytes);
        if (isHeld || socket.bytesRead < 4 * frameBytes) {
          // All of it in this proxy's memory would be more than the server reads in ten seconds
          // of a busy machine: for the publisher, a server that is silent though it has it all.
          if (isTaken) return;
          socket.pause();
          on.once("drain", () => socket.resume());
          return;
        }
        isHeld = true;
        socket.pause();
        release = () => socket.resume();
      });
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void between.close());
    const { port } = between.address() as AddressInfo;
    const { target, publish } = await servers((own) => ({ ...own, port }));
    async function* large() {
      yield Buffer.concat([flvHeader(false), videoConfigTag(0, avcConfig.record)]);
      for (let index = 0; sentBytes < sizeBytes; index += 1) {
        yield videoTag(20 * index, 0, index % 50 === 0, picture(index % 50 === 0, frameBytes));
        sentBytes += frameBytes;
      }
    }
    const published = publish(Readable.from(large()));
    let before = -1;
    const stands = () => isHeld && before === (before = sentBytes);
    await expect.poll(stands, { interval: 200, timeout: 20_000 }).toBe(true);
    // Most of it: the rest is in sockets.
    expect(sentBytes).toBeLessThan(sizeBytes / 2);
    release();
    await published;
    expect((await target.seen("session-ended")).reason).toBe("publisher-finished");
    expect(sentBytes).toBe(sizeBytes);
  });

  test("is disconnected once the other server has been silent for ten seconds", async () => {
    vi.useFakeTimers({ toFake: ["setInterval"], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    let isCut = false;
    let heard = 0;
    const between = createServer((socket) => {
      const on = connect(target.rtmpPort, "127.0.0.1");
      const closeBoth = () => [on, socket].forEach((one) => void one.destroy());
      socket.on("error", closeBoth).on("close", closeBoth);
      socket.on("data", (bytes) => isCut || on.write(bytes));
      on.on("error", closeBoth).on("data", (bytes) => {
        heard += 1;
        if (!isCut) socket.write(bytes);
      });
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void between.close());
    const { port } = between.address() as AddressInfo;
    const { target, publish } = await servers((own) => ({ ...own, port }));
    async function* endless() {
      for (const tag of film(5)) yield tag;
      for (let ms = 5_200; ; ms += 20) {
        yield videoTag(ms, 0, true, picture(true));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    const published = publish(Readable.from(endless()));
    published.catch(() => undefined);
    await target.seen("stream-start");
    for (let ping = 0; ping < 8; ping += 1) {
      const before = heard;
      vi.advanceTimersByTime(2_000);
      await expect.poll(() => heard).toBeGreaterThan(before);
    }
    isCut = true;
    vi.advanceTimersByTime(12_000);
    await expect(published).rejects.toMatchObject({
      ...{ code: "refused", message: expect.stringContaining("does not answer any more") },
    });
  });
});
