import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { createServer, type RunningServer } from "@rolecast/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send, sendSigned } from "../../support/signed-request.ts";
import { clientsOf, ROOT } from "../../support/test-server.ts";

const PAGE = "<!doctype html><title>The console</title>";
const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

let dir: string;
let server: RunningServer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-console-"));
  mkdirSync(join(dir, "assets"));
  writeFileSync(join(dir, "index.html"), PAGE);
  writeFileSync(join(dir, "assets", "index-abc.js"), "plain");
  writeFileSync(join(dir, "assets", "index-abc.js.br"), "brotli");
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
    expect(headers["content-security-policy"]).toMatch(/default-src 'none'; script-src 'self';/);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe/);
    expect(headers["cache-control"]).toBe("no-cache");
  });

  test("S3 keeps /: listing buckets works, signed or not, also from a browser", async () => {
    expect((await getSigned("/", BROWSER)).body).toContain("<ListAllMyBucketsResult");
    expect((await get("/")).body).toContain("<Code>AccessDenied</Code>");
    const bucket = await get("/", { ...BROWSER, host: "pages.localhost" });
    expect(bucket.body).toContain("<Code>AccessDenied</Code>");
  });

  test("assets never change, and come compressed to who takes that", async () => {
    const path = "/_rolecast/console/assets/index-abc.js";
    const plain = await get(path);
    expect(plain.body).toBe("plain");
    expect(plain.headers["cache-control"]).toMatch(/immutable/);
    const brotli = await get(path, { "accept-encoding": "gzip, deflate, br" });
    expect(brotli.body).toBe("brotli");
    expect(brotli.headers["content-encoding"]).toBe("br");
    expect(brotli.headers["content-type"]).toMatch(/^text\/javascript/);
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

  test("a document out of a bucket runs in an origin of its own, away from the console's keys", async () => {
    const document = { "sec-fetch-dest": "document" };
    const page = await getSigned("/pages/page.html", document);
    expect(page.headers["content-security-policy"]).toMatch(/^sandbox(?!.*allow-same-origin)/);
    const film = await getSigned("/pages/film.mp4", document);
    expect(film.headers).not.toHaveProperty("content-security-policy");
    const fetched = await getSigned("/pages/page.html");
    expect(fetched.headers).not.toHaveProperty("content-security-policy");
  });
});
