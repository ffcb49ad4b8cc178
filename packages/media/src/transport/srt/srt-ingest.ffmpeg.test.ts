import type { Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodedFilm } from "../../testing/encoded-film.ts";
import {
  decode,
  EngineHarness,
  encoderArguments,
  hasFfmpeg,
  run,
  SRT_PASSPHRASE,
  servePlayback,
} from "../../testing/engine-harness.ts";
import { LossyLink } from "../../testing/lossy-link.ts";

const SECONDS = 5;
const hasSrt =
  hasFfmpeg && (await run("ffmpeg", ["-v", "error", "-protocols"])).stdout.includes("srt");

/**
 * Decodes without a warning and without a hole. The last pictures may be missing: libsrt's close
 * drops what wasn't sent yet.
 */
async function expectWhole(from: string): Promise<void> {
  const { codecs, pictures, seconds } = await decode(from);
  expect(codecs).toEqual(["h264", "aac"]);
  expect(pictures).toBeGreaterThan(SECONDS * 30 * 0.8);
  expect(Math.abs(seconds - pictures / 30)).toBeLessThan(0.15);
}

describe
  .skipIf(!hasSrt)
  .concurrent("ffmpeg publishes over SRT (skipped where ffmpeg can't)", () => {
    const harness = new EngineHarness();
    let url = "";
    let server: Server;

    beforeAll(async () => {
      await harness.start();
      ({ url, server } = await servePlayback(harness));
    });

    afterAll(async () => {
      await harness.engine.close();
      server.close();
    });

    const publish = async (
      query: string,
      {
        port = harness.srtPort,
        arguments: more = [] as readonly string[],
        realtime = false,
        endless = false,
      } = {},
    ) => {
      const film = await encodedFilm(
        encoderArguments(SECONDS, ["-g", "60", "-preset", "ultrafast", ...more]),
      );
      const loop = endless ? ["-stream_loop", "-1"] : [];
      const paced = ["-readrate", realtime ? "1" : "3", ...loop, "-i", film, "-c", "copy"];
      // On a machine that is busy too.
      const patient = "latency=2000000&snddropdelay=5000000";
      const target = `srt://127.0.0.1:${port}?mode=caller&${patient}&${query}`;
      return run("ffmpeg", ["-hide_banner", "-v", "error", ...paced, "-f", "mpegts", target]);
    };

    let keys = 0;
    /** Another one each time: a test that is tried again doesn't see what it saw before. */
    const keyOf = (name: string) => `${name}-${(keys += 1)}`;

    const secret = (keyBytes: number) => `passphrase=${SRT_PASSPHRASE}&pbkeylen=${keyBytes}`;

    test.for([
      ["AES-128", secret(16), []],
      ["AES-192", secret(24), []],
      ["AES-256 and B-frames", secret(32), ["-preset", "medium", "-bf", "3", "-ac", "2"]],
      ["keys that change", `${secret(16)}&kmrefreshrate=200&kmpreannounce=99`, []],
      ["no passphrase where none is needed", "", []],
      ["16 kb/s of sound, a second late", secret(16), ["-b:a", "16k"]],
    ] as const)("%s: plays whole", async ([name, query, more]) => {
      const key = keyOf(query === "" ? "clear" : name.replaceAll(/[^A-Z0-9]/g, "k"));
      const published = await publish(`streamid=${key}&${query}`, { arguments: more });
      // libsrt says how it understands its settings.
      expect(published).toMatchObject({ status: 0, stdout: "" });
      await harness.seen("session-ended", (event) => event.streamName === `channel/${key}`);
      await expectWhole(`${url}/live/channel/${key}/index.m3u8`);
      const asked = harness.requests.find(({ name }) => name === key);
      expect(asked).toMatchObject({ secure: query !== "" });
    });

    test("a link that loses, doubles and reorders packets changes nothing", async () => {
      harness.objects.clear();
      const key = keyOf("rec-lossy");
      const link = new LossyLink();
      const faults = { dropEach: 19, duplicateEach: 23, reorderEach: 17 };
      const port = await link.open(harness.srtPort, faults);
      const query = `streamid=${key}&${secret(16)}`;
      const published = await publish(query, { port, realtime: true });
      link.close();
      expect(published.status).toBe(0);
      expect(link.dropped).toBeGreaterThan(20);
      await harness.seen("recording-complete", (event) => event.streamName === `channel/${key}`);
      await expectWhole(`${url}/live/channel/${key}/index.m3u8`);
      await expectWhole(`${url}/objects/media/hls/master.m3u8`);
    });

    test.for([
      ["a wrong passphrase", "streamid=wrong&passphrase=not-the-one-at-all", "BADSECRET"],
      ["a key that isn't known", `streamid=no-key&${secret(16)}`, "BADSECRET"],
      ["no passphrase", "streamid=wrong", "UNSECURE"],
      ["neither", "streamid=no-key", "UNSECURE"],
      [
        "a passphrase that isn't needed, wrong",
        "streamid=clear-w&passphrase=0123456789",
        "BADSECRET",
      ],
      ["a file transfer", `streamid=wrong&${secret(16)}&transtype=file`, "MESSAGEAPI"],
    ] as const)("%s is refused", async ([, query, reason]) => {
      const target = `srt://127.0.0.1:${harness.srtPort}?mode=caller&${query}`;
      const film = await encodedFilm(encoderArguments(SECONDS));
      const refused = await run("ffmpeg", [
        ...["-hide_banner", "-v", "warning", "-i", film, "-c", "copy", "-f", "mpegts", target],
      ]);
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain(`ERROR:${reason}`);
      const [, key = ""] = /streamid=([^&]*)/.exec(query) ?? [];
      expect(harness.requests.filter(({ name }) => name === key)).toEqual([]);
    });

    test("a second publisher of a channel is refused, and a higher priority takes over", async () => {
      const key = keyOf("twice");
      // The takeover ends it long before its time.
      const first = publish(`streamid=${key}&${secret(16)}`, { realtime: true, endless: true });
      await harness.seen("stream-start", (event) => event.streamName === `channel/${key}`);
      const second = await publish(`streamid=${key}&${secret(16)}`);
      expect(second.status).not.toBe(0);
      const query = `streamid=${key}?priority=2&${secret(16)}`;
      const third = await publish(query);
      expect(third.status).toBe(0);
      await harness.seen("stream-takeover");
      expect((await first).status).not.toBe(0);
    });

    test("HEVC ends the session with a sentence", async () => {
      const key = keyOf("hevc");
      const published = publish(`streamid=${key}&${secret(16)}`, {
        arguments: ["-c:v", "libx265", "-x265-params", "log-level=none"],
      });
      const ended = await harness.seen(
        "session-ended",
        (event) => event.streamName === `channel/${key}`,
      );
      expect(ended).toMatchObject({
        reason: "video-codec",
        message: "video in HEVC is not supported: publish H.264",
      });
      await published;
    });

    test("workers carry what the main process receives, also when another one takes over", async () => {
      const pool = await new EngineHarness({ workers: 2 }).start();
      const playback = await servePlayback(pool);
      const port = pool.srtPort;
      const first = publish(`streamid=pool&${secret(16)}`, { port, realtime: true, endless: true });
      await pool.seen("stream-start");
      expect((await pool.engine.health()).connections).toBe(1);
      const second = await publish(`streamid=pool?priority=1&${secret(16)}`, { port });
      expect(second.status).toBe(0);
      expect((await first).status).not.toBe(0);
      const { connectionId } = await pool.seen("stream-takeover");
      expect(connectionId).toBe("s2");
      await pool.seen("session-ended");
      const from = `${playback.url}/live/channel/pool/index.m3u8`;
      const decoded = await run("ffmpeg", [
        ...["-v", "error", "-xerror", "-i", from, "-f", "null", "-"],
      ]);
      expect(decoded).toEqual({ status: 0, stdout: "", stderr: "" });
      await pool.engine.close();
      playback.server.close();
    });
  });
