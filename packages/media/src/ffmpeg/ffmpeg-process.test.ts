import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { FfmpegProcess, PIPES_ONLY, runFfmpeg } from "./ffmpeg-process.ts";
import { findFfmpeg } from "./find-ffmpeg.ts";

const program = findFfmpeg("auto", process.env.PATH) ?? "";
const bounds = { timeoutMs: 20_000, outputBytesMax: 1_000_000 };

describe("finding ffmpeg", () => {
  test("a wanted one has to be there; off is none; without PATH npm's copy is taken", () => {
    expect(() => findFfmpeg("/nowhere/ffmpeg", "/usr/bin")).toThrow("/nowhere/ffmpeg");
    expect(findFfmpeg("off", process.env.PATH)).toBeUndefined();
    expect(findFfmpeg("node", dirname(process.execPath))).toBe(process.execPath);
    expect(findFfmpeg("auto", "")).toMatch(/@ffmpeg-installer.*ffmpeg$/);
  });
});

describe("a run of ffmpeg", () => {
  test("gives its output", async () => {
    const args = ["-f", "s16le", "-ar", "8000", "-i", "pipe:0", "-f", "wav", "pipe:1"];
    const wav = await runFfmpeg(program, args, Buffer.alloc(8_000), bounds);
    expect(wav.subarray(0, 4).toString()).toBe("RIFF");
  });

  test("rejects with the end of what ffmpeg said, with too much output, with a missing program", async () => {
    const args = ["-f", "flv", "-i", "pipe:0", "-f", "null", "-"];
    await expect(runFfmpeg(program, args, Buffer.from("junk"), bounds)).rejects.toThrow("pipe:0");
    const endless = ["-f", "lavfi", "-i", "anullsrc", "-f", "s16le", "pipe:1"];
    await expect(
      runFfmpeg(program, endless, Buffer.alloc(0), { ...bounds, outputBytesMax: 10 }),
    ).rejects.toThrow("more than 10 bytes");
    await expect(runFfmpeg("/nowhere", [], Buffer.alloc(0), bounds)).rejects.toThrow("ENOENT");
  });

  test("fetches nothing, whatever its input says", async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const playlist = `#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:${port}/0.ts\n#EXT-X-ENDLIST\n`;
    const args = [...PIPES_ONLY, "-i", "pipe:0", "-f", "null", "-"];
    await expect(runFfmpeg(program, args, Buffer.from(playlist), bounds)).rejects.toThrow();
    expect(asked).toBe(0);
    server.close();
  });

  test("is over when it is killed, and says so", async () => {
    const process = new FfmpegProcess({
      program,
      args: ["-f", "s16le", "-i", "pipe:0", "-f", "null", "-"],
    });
    expect(process.running).toBe(true);
    process.kill();
    expect((await process.ended).message).toContain("SIGKILL");
    expect(process.running).toBe(false);
  });
});
