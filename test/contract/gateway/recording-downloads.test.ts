import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOnPath } from "../../../packages/cli/src/demo/find-program.ts";
import { encodedFilm } from "../../../packages/media/src/testing/encoded-film.ts";
import { send } from "../../support/signed-request.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const run = promisify(execFile);
const BUCKET = "downloaded";
const PREFIX = "ivs/v1/000000000000/abc/2026/2/7/9/5/xyz/media/hls/";
const MASTER = `${PREFIX}master.m3u8`;
const MULTIVARIANT = `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=100,RESOLUTION=160x90,CODECS="avc1.64001F"
small/playlist.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=200,RESOLUTION=320x180,CODECS="avc1.64001F"
large/playlist.m3u8
`;

/** A playlist of comments that is too long. */
const LONG = `#${"x".repeat(2_000)}\n`.repeat(2_100);

describe.skipIf(!findOnPath("ffmpeg"))("recordings as films (skipped without ffmpeg)", () => {
  let server: TestServer;
  let dir = "";
  beforeAll(async () => {
    server = await startTestServer();
    dir = await mkdtemp(join(tmpdir(), "rolecast-recording-"));
    await server.clients().s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await put(MASTER, MULTIVARIANT);
    for (const name of await recordedFiles()) {
      await put(`${PREFIX}large/${name}`, await readFile(join(dir, name)));
    }
  });
  afterAll(async () => {
    await server.close();
    await rm(dir, { recursive: true, force: true });
  });

  test("a link saves the largest rendition as one film, under the name asked for", async () => {
    const url = await link(ROOT, { key: MASTER, "save-as": "my film.mp4" });
    const { status, headers, body } = await send(server.endpoint, { method: "GET", path: url });
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("video/mp4");
    expect(headers["content-disposition"]).toBe("attachment; filename*=UTF-8''my%20film.mp4");
    expect(body.slice(4, 8)).toBe("ftyp");
    // A fragment for each of the keyframe intervals.
    expect(body.split("moof")).toHaveLength(3 + 1);
  });

  test("S3 decides with its caller's policies, and nothing else is asked for", async () => {
    const reader = await userWith("reader", `${PREFIX}*`);
    expect((await download(reader, MASTER)).status).toBe(200);
    const half = await userWith("half", `${PREFIX}*.m3u8`);
    const refused = await download(half, MASTER);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatch(/user\/half is not authorized to perform: s3:GetObject/);
    const nobody = await userWith("nobody", "elsewhere/*");
    expect((await download(nobody, MASTER)).status).toBe(403);
  });

  test.each([
    ["a key without object", `${PREFIX}none.m3u8`, undefined, 404, /NoSuchKey|does not exist/],
    ["a text", `${PREFIX}text.m3u8`, "hello", 404, /does not exist/],
    ["an empty playlist", `${PREFIX}empty.m3u8`, "#EXTM3U\n", 400, /lists no files/],
    ["another folder", `${PREFIX}up.m3u8`, "#EXTINF:2,\n../../0.ts\n", 400, /isn't beside it/],
    ["another host", `${PREFIX}far.m3u8`, "#EXTINF:2,\nhttp://h/0.ts\n", 400, /isn't beside it/],
    ["a bucket's name", `${PREFIX}b.m3u8`, "#EXTINF:2,\ns3://b/0.ts\n", 400, /isn't beside it/],
    ["an endless file", `${PREFIX}e.m3u8`, "#EXTINF:1e308,\nbad.ts\n", 400, /no length up to/],
    ["many files", `${PREFIX}m.m3u8`, "a\n".repeat(50_001), 400, /at most 50000 files/],
    ["4 MiB", `${PREFIX}l.m3u8`, LONG, 400, /at most 4194304 bytes/],
    ["a long variant", `${PREFIX}v.m3u8`, "#EXT-X-STREAM-INF:\nl.m3u8", 400, /4194304 bytes/],
    ["no film", `${PREFIX}bad.m3u8`, "#EXTINF:2,\nbad.ts\n", 400, /not an MPEG transport stream/],
  ])("%s is refused", async (_, key, text, status, words) => {
    await put(`${PREFIX}bad.ts`, Buffer.alloc(100_000, "a"));
    if (text !== undefined) await put(key, text);
    const answer = await download(ROOT, key);
    expect(answer.body).toMatch(words);
    expect(answer.status).toBe(status);
  });

  /** Six seconds in files of two, as a recording has them. */
  async function recordedFiles(): Promise<readonly string[]> {
    const source = await encodedFilm([
      ...["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=6"],
      ...["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=6"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "60"],
      ...["-pix_fmt", "yuv420p", "-c:a", "aac"],
    ]);
    const hls = ["-f", "hls", "-hls_time", "2", "-hls_list_size", "0"];
    const list = join(dir, "playlist.m3u8");
    await run("ffmpeg", ["-v", "error", "-i", source, "-c", "copy", ...hls, list]);
    return await readdir(dir);
  }

  async function put(Key: string, Body: string | Buffer): Promise<void> {
    await server.clients().s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  }

  async function download(key: Key, playlist: string) {
    const path = await link(key, { key: playlist });
    return send(server.endpoint, { method: "GET", path });
  }

  /** A presigned link, as the console makes it. */
  async function link(key: Key, query: Readonly<Record<string, string>>): Promise<string> {
    const { hostname, host } = new URL(server.endpoint);
    const signer = new SignatureV4({
      credentials: key,
      service: "rolecast",
      region: "us-east-1",
      sha256: Hash.bind(null, "sha256"),
    });
    const signed = await signer.presign({
      method: "GET",
      protocol: "http:",
      hostname,
      path: "/_rolecast/recording.mp4",
      query: { bucket: BUCKET, ...query },
      headers: { host },
    });
    const search = new URLSearchParams(signed.query as Record<string, string>);
    return `${signed.path}?${search.toString().replaceAll("+", "%20")}`;
  }

  async function userWith(UserName: string, keys: string): Promise<Key> {
    const { iam } = server.clients();
    await iam.send(new CreateUserCommand({ UserName }));
    const Resource = `arn:aws:s3:::${BUCKET}/${keys}`;
    const Statement = [{ Effect: "Allow", Action: "s3:GetObject", Resource }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } =
      AccessKey ?? {};
    return { accessKeyId, secretAccessKey };
  }
});
