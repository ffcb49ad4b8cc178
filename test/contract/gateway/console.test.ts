import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { createServer, type RunningServer } from "@rolecast/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send, sendSigned } from "../../support/signed-request.ts";
import { clientsOf, ROOT } from "../../support/test-server.ts";

const HASH = `sha384-${"A".repeat(64)}`;
const PAGE = `<!doctype html><title>The console</title><script src="x.js" integrity="${HASH}"></script>`;
const SCRIPT = 'console.log("a script");'.repeat(9);
const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

let dir: string;
let server: RunningServer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-console-"));
  mkdirSync(join(dir, "assets"));
  writeFileSync(join(dir, "index.html"), PAGE);
  // As the build leaves it.
  writeFileSync(join(dir, "assets", "index-abc.js.br"), brotliCompressSync(SCRIPT));
  writeFileSync(join(dir, "secret.txt"), "secret");
  const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
  server = await createServer({ data: "memory", ...ports }, { consoleDir: dir });
  const { s3 } = clientsOf(server.endpoint, ROOT, "us-east-1");
  await s3.send(new CreateBucketCommand({ Bucket: "pages" }));
  await s3.send(
    new PutObjectCommand({
      Bucket: "pages",
      Key: "page.html",
      Body: "<script>1</script>",
      ContentType: "text/html",
    }),
  );
  await s3.send(
    new PutObjectCommand({ Bucket: "pages", Key: "film.mp4", Body: "x", ContentType: "video/mp4" }),
  );
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

const getSigned = (path: string, headers: Record<string, string> = {}) =>
  sendSigned(server.endpoint, { method: "GET", path, headers }, { service: "s3" });
const get = (path: string, headers: Record<string, string> = {}) =>
  send(server.endpoint, { method: "GET", path, headers });

describe("the console's files", () => {
  test("a browser gets the page at /, under a strict policy, and asks again next time", async () => {
    const { status, headers, body } = await get("/", BROWSER);
    expect([status, body]).toEqual([200, PAGE]);
    const assets = `${new URL(server.endpoint).host}/_rolecast/console/assets/`;
    const [first, second] = String(headers["content-security-policy"]).split(", ");
    expect(first).toMatch(/^default-src 'none';/);
    expect(first).toContain(`; script-src '${HASH}' 'strict-dynamic'; style-src ${assets};`);
    expect(second).toBe(`script-src ${assets}`);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|(?:script|style)-src 'self'/);
    expect(headers["cache-control"]).toBe("no-cache");
  });

  test("S3 keeps /: listing buckets works, signed or not, also from a browser", async () => {
    expect((await getSigned("/", BROWSER)).body).toContain("<ListAllMyBucketsResult");
    expect((await get("/")).body).toContain("<Code>AccessDenied</Code>");
    const bucket = await get("/", { ...BROWSER, host: "pages.localhost" });
    expect(bucket.body).toContain("<Code>AccessDenied</Code>");
  });

  test.each([
    ["gzip, deflate, br", "br"],
    ["gzip;q=1.0, deflate", "gzip"],
    ["identity", null],
  ])("assets never change; accepted as %s they come as %s", async (accepted, encoding) => {
    const url = `${server.endpoint}/_rolecast/console/assets/index-abc.js`;
    const asset = await fetch(url, { headers: { "accept-encoding": accepted } });
    const { headers } = asset;
    expect(headers.get("content-encoding")).toBe(encoding);
    expect(headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(headers.get("cache-control")).toMatch(/immutable/);
    expect(await asset.text()).toBe(SCRIPT);
  });

  test.each([
    "/_rolecast/console/secret.txt",
    "/_rolecast/console/../secret.txt",
    "/_rolecast/console/assets/../../secret.html",
    "/_rolecast/console/assets/%2e%2e/index.html",
    "/_rolecast/console/assets/index-abc.js.br",
    "/_rolecast/console/nothing.html",
  ])("nothing else is served: %s", async (path) => {
    expect((await get(path, BROWSER)).status).toBe(404);
  });

  test.each([
    "text/html",
    "TEXT/HTML",
    "image/png, text/html",
    "text/html, image/png",
    'image/png;a=",text/html"',
    "image/png\ttext/html",
    "image/png;text/html",
    "image/svg+xml",
    "image/x+xml",
    "text/xml",
    "application/xhtml+xml",
    "application/rss+xml",
    "multipart/x-mixed-replace; boundary=a",
    "text/javascript",
    "text/css",
    "image",
    "*/*",
    "unknown/unknown",
    "é/é",
    " ",
  ])("an object of type %j is shown in an origin of its own, whoever asks", async (type) => {
    for (const asking of [{}, { "sec-fetch-dest": "document" }, { "sec-fetch-dest": "image" }]) {
      const query = { "response-content-type": type };
      const raw = { method: "GET", path: "/pages/film.mp4", query, headers: asking };
      const { status, headers } = await sendSigned(server.endpoint, raw, { service: "s3" });
      expect([status, headers["content-security-policy"]]).toEqual([200, "sandbox"]);
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  test.each([
    "video/mp4",
    'video/mp4; codecs="avc1.42E01E"',
    "VIDEO/MP4",
    "audio/mpeg",
    "image/png",
    "application/vnd.apple.mpegurl",
    "application/pdf",
    "application/json",
    "application/octet-stream",
    "text/plain; charset=utf-8",
  ])("an object of type %j is shown as it is, and not guessed at", async (type) => {
    const query = { "response-content-type": type };
    const raw = { method: "GET", path: "/pages/film.mp4", query };
    const { headers } = await sendSigned(server.endpoint, raw, { service: "s3" });
    expect(headers).not.toHaveProperty("content-security-policy");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("so are errors, lists, answers to forms and what else is no file of the console", async () => {
    const form = [
      '--b\r\ncontent-disposition: form-data; name="key"\r\n\r\nk\r\n',
      '--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n',
    ].join("");
    const multipart = { "content-type": "multipart/form-data; boundary=b" };
    const answers = await Promise.all([
      getSigned("/"),
      getSigned("/pages"),
      getSigned("/pages/nothing"),
      get("/pages/page.html"),
      get("/pages?location"),
      getSigned("/pages/%ff%zz"),
      send(server.endpoint, { method: "POST", path: "/pages", headers: multipart, body: form }),
      send(server.endpoint, { method: "OPTIONS", path: "/pages/page.html" }),
      send(server.endpoint, { method: "POST", path: "/", body: "Action=X&Version=2010-05-08" }),
    ]);
    for (const { headers } of answers)
      expect(headers).toMatchObject({
        "content-security-policy": "sandbox",
        "x-content-type-options": "nosniff",
      });
    const onBucket = await get("/page.html", { host: "pages.localhost" });
    expect(onBucket.headers).not.toHaveProperty("content-security-policy");
  });

  test("no service worker is served beside the console", async () => {
    const worker = { "service-worker": "script" };
    expect((await getSigned("/pages/film.mp4", worker)).status).toBe(403);
    const elsewhere = await get("/film.mp4", { ...worker, host: "pages.s3.localhost" });
    expect(elsewhere.body).toContain("<Code>AccessDenied</Code><Message>Access Denied");
  });
});
