import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sign } from "../support/signed-request.ts";
import { ROOT, startTestServer, type TestServer } from "../support/test-server.ts";
import { CHROMIUM, CHROMIUM_ARGS, hasChromium } from "./browser.ts";

/** One red point. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

describe.skipIf(!hasChromium)(`pages in chromium (skipped without ${CHROMIUM})`, () => {
  let server: TestServer;
  /** Serves an empty page under every name, and a redirection. */
  let pages: Server;
  let redirectTo = "";
  let context: BrowserContext;
  let users = 0;

  beforeAll(async () => {
    server = await startTestServer();
    const { s3 } = server.clients();
    await s3.send(new CreateBucketCommand({ Bucket: "pictures" }));
    await s3.send(
      new PutObjectCommand({
        Bucket: "pictures",
        Key: "a.png",
        Body: PNG,
        ContentType: "image/png",
      }),
    );
    pages = createHttpServer(({ url }, response) => {
      if (url === "/redirect") response.writeHead(302, { location: redirectTo });
      else response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>a page</title><body></body>");
    });
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...CHROMIUM_ARGS, "--host-resolver-rules=MAP *.example 127.0.0.1"],
    });
    context = await browser.newContext();
  });
  afterAll(async () => {
    await context.browser()?.close();
    pages.close();
    await server.close();
  });

  async function pageAt(host: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`http://${host}:${(pages.address() as AddressInfo).port}/`);
    return page;
  }

  const portOfServer = () => server.server.ports.http;

  /** CreateUser as a link, signed by the key that everybody knows. */
  async function createUserLink(host: string): Promise<string> {
    const signer = new SignatureV4({
      credentials: ROOT,
      service: "iam",
      region: "us-east-1",
      sha256: Hash.bind(null, "sha256"),
    });
    const query = { Action: "CreateUser", Version: "2010-05-08", UserName: `hostile-${users++}` };
    const signed = await signer.presign({
      method: "GET",
      protocol: "http:",
      hostname: host,
      path: "/",
      query,
      headers: { host: `${host}:${portOfServer()}` },
    });
    const text = new URLSearchParams(signed.query as Record<string, string>).toString();
    return `http://${host}:${portOfServer()}/?${text}`;
  }

  const userCount = async () =>
    (await server.clients().iam.send(new ListUsersCommand({}))).Users?.length;

  async function listUsersRequest(host: string) {
    const body = "Action=ListUsers&Version=2010-05-08";
    const url = `http://${host}:${portOfServer()}`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { host: _, ...signed } = await sign(url, { headers, body });
    return { url, headers: signed, body };
  }

  const fetchIn = (page: Page, request: Awaited<ReturnType<typeof listUsersRequest>>) =>
    page.evaluate(
      ({ url, headers, body }) =>
        fetch(url, { method: "POST", headers, body }).then(
          async (response) => `${response.status} ${await response.text()}`,
          (error: unknown) => String(error),
        ),
      request,
    );

  /** Everything that asks for an address without being allowed to read it. */
  const ask = (page: Page, urls: readonly string[]) =>
    page.evaluate(async ([image, script, frame, style, fetched, beacon]) => {
      const loaded = (element: HTMLElement) =>
        new Promise((resolve) => {
          element.onload = resolve;
          element.onerror = resolve;
          document.body.append(element);
        });
      const link = { rel: "stylesheet", href: style };
      await loaded(Object.assign(document.createElement("img"), { src: image }));
      await loaded(Object.assign(document.createElement("script"), { src: script }));
      await loaded(Object.assign(document.createElement("iframe"), { src: frame }));
      await loaded(Object.assign(document.createElement("link"), link));
      await fetch(fetched ?? "", { mode: "no-cors" }).catch(() => "refused");
      navigator.sendBeacon(beacon ?? "");
    }, urls);

  test.each(["127.0.0.1", "localhost", "0.0.0.0", "localhost.localstack.cloud.example"])(
    "another site's pictures, scripts, frames and links make nobody by way of %s",
    async (host) => {
      const before = await userCount();
      const page = await pageAt("evil.example");
      await ask(page, await Promise.all(Array.from({ length: 6 }, () => createUserLink(host))));
      // Not page.goto: that is a person who types the address.
      const navigated = page.waitForNavigation().catch(() => "refused");
      await page.evaluate((to) => window.location.assign(to), await createUserLink(host));
      await navigated;
      expect(await userCount()).toBe(before);
      await page.close();
    },
  );

  test("another site's form and fetch change and read nothing", async () => {
    const before = await userCount();
    const page = await pageAt("evil.example");
    expect(await fetchIn(page, await listUsersRequest("127.0.0.1"))).toMatch(/^TypeError/);
    const action = await createUserLink("127.0.0.1");
    await Promise.all([
      page.waitForNavigation(),
      page.evaluate((to) => {
        const form = Object.assign(document.createElement("form"), { method: "POST", action: to });
        document.body.append(form);
        form.submit();
      }, action),
    ]);
    expect(await userCount()).toBe(before);
    await page.close();
  });

  test("an address that a person opened changes nothing where it redirects to", async () => {
    const before = await userCount();
    const page = await context.newPage();
    redirectTo = await createUserLink("127.0.0.1");
    const { port } = pages.address() as AddressInfo;
    const answer = await page.goto(`http://evil.example:${port}/redirect`);
    expect([answer?.url(), answer?.status()]).toEqual([redirectTo, 403]);
    expect(await userCount()).toBe(before);
    await page.close();
  });

  test("a name that was led here reads nothing, though the browser calls it the same origin", async () => {
    const page = await context.newPage();
    await page.goto(`http://rebound.example:${portOfServer()}/_rolecast/health`);
    expect(await page.textContent("body")).toContain("HostNotAllowed");
    expect(await fetchIn(page, await listUsersRequest("rebound.example"))).toMatch(/^403 /);
    await page.close();
  });

  test.each(["localhost", "127.0.0.1", "app.localhost"])(
    "a front end at %s calls the APIs and shows objects",
    async (host) => {
      const page = await pageAt(host);
      for (const to of ["127.0.0.1", "localhost"])
        expect(await fetchIn(page, await listUsersRequest(to))).toMatch(/^200 .*ListUsersResult/s);
      expect(await isShown(page)).toBe(true);
      await page.close();
    },
  );

  test("another site shows an object for which it has a presigned URL", async () => {
    const page = await pageAt("evil.example");
    expect(await isShown(page)).toBe(true);
    await page.close();
  });

  async function isShown(page: Page): Promise<boolean> {
    const command = new GetObjectCommand({ Bucket: "pictures", Key: "a.png" });
    return page.evaluate(
      (src) =>
        new Promise<boolean>((resolve) => {
          const image = new Image();
          image.onload = () => resolve(true);
          image.onerror = () => resolve(false);
          image.src = src;
        }),
      await getSignedUrl(server.clients().s3, command),
    );
  }

  test("a page out of a bucket drives nothing from its own host name", async () => {
    const page = await context.newPage();
    await page.goto(`http://pictures.localhost:${portOfServer()}/`);
    for (const host of ["127.0.0.1", "localhost", "pictures.localhost"]) {
      const answered = await fetchIn(page, await listUsersRequest(host));
      expect(answered).toMatch(/^(?:TypeError|403 )/);
    }
    await page.close();
  });
});
