import { join } from "node:path";
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createServer, type RunningServer } from "@rolecast/server";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientsOf } from "../support/test-server.ts";
import { CHROMIUM, CHROMIUM_ARGS, hasChromium } from "./browser.ts";

const consoleDir = join(import.meta.dirname, "../../packages/cli/dist/console");
const KEY = { accessKeyId: "HOSTILE1", secretAccessKey: "hostile-objects" };
/** A name on the network, to which browsers send no `Sec-Fetch-*` over plain HTTP. */
const NAMED = "buildbox.test";
/** Says on the document itself what it could read. */
const STEAL =
  "document.documentElement.setAttribute('stolen', [localStorage.secret, sessionStorage.secret].join())";
const HTML = `<!doctype html><title>hostile</title><script>${STEAL}</script>`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg"><script>${STEAL}</script></svg>`;
const XHTML = `<html xmlns="http://www.w3.org/1999/xhtml"><head><script>${STEAL}</script></head></html>`;
const XSLT = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">
  <html><script>${STEAL}</script></html></xsl:template></xsl:stylesheet>`;
const TRANSFORMED = `<?xml-stylesheet type="text/xsl" href="data:text/xsl,${encodeURIComponent(XSLT)}"?><a/>`;
const BY_TYPE: readonly (readonly [string, string, Partial<GetObjectCommandInput>])[] = [
  ["text/html", HTML, {}],
  ["image/png, text/html", HTML, {}],
  ["image/png;x=y, text/html;charset=utf-8", HTML, {}],
  ["text/plain, TEXT/HTML ; q", HTML, {}],
  ["html", HTML, {}],
  ["*/*", HTML, {}],
  ["image/png text/html", HTML, {}],
  ["image/svg+xml", SVG, {}],
  ["image/x+xml", SVG, {}],
  ["video/hostile+xml", XHTML, {}],
  ["application/xhtml+xml", XHTML, {}],
  ["text/xml", XHTML, {}],
  ["application/xml", TRANSFORMED, {}],
  ["image/png", HTML, { ResponseContentType: "text/html" }],
  ["image/png", HTML, { ResponseContentType: "image/png, text/html" }],
  ["image/png", HTML, { ResponseContentType: " " }],
];

describe.skipIf(!hasChromium)(`hostile objects in chromium (skipped without ${CHROMIUM})`, () => {
  let server: RunningServer;
  let context: BrowserContext;
  let port = 0;

  beforeAll(async () => {
    const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0, transcodeCores: 0 };
    const accounts = [
      {
        id: "000000000000",
        rootAccessKeyId: KEY.accessKeyId,
        rootSecretAccessKey: KEY.secretAccessKey,
      },
    ];
    const config = { data: "memory", host: "0.0.0.0", accounts, ...ports };
    server = await createServer(config, { consoleDir });
    port = server.ports.http;
    const { s3 } = clientsAt("127.0.0.1");
    await s3.send(new CreateBucketCommand({ Bucket: "hostile" }));
    const rules = `--host-resolver-rules=MAP *.test 127.0.0.1`;
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...CHROMIUM_ARGS, rules],
    });
    context = await browser.newContext();
  });
  afterAll(async () => {
    await context.browser()?.close();
    await server.close();
  });

  const clientsAt = (host: string) => clientsOf(`http://${host}:${port}`, KEY, "us-east-1");

  /** A tab of the console, with a secret in its storage. */
  async function openConsole(host: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`http://${host}:${port}/`);
    await page.getByLabel("Access key ID").waitFor();
    await page.evaluate(() => {
      localStorage.setItem("secret", "of-the-console;");
      sessionStorage.setItem("secret", "of-the-tab");
    });
    return page;
  }

  async function put(Key: string, ContentType: string, Body: string): Promise<void> {
    const { s3 } = clientsAt("127.0.0.1");
    await s3.send(new PutObjectCommand({ Bucket: "hostile", Key, ContentType, Body }));
  }

  const signedUrl = (host: string, Key: string, more: Partial<GetObjectCommandInput> = {}) =>
    getSignedUrl(clientsAt(host).s3, new GetObjectCommand({ Bucket: "hostile", Key, ...more }));

  describe.each(["127.0.0.1", NAMED])("at %s", (host) => {
    let tab: Page;
    beforeAll(async () => {
      tab = await openConsole(host);
    });

    const stolen = (frame: Pick<Page, "evaluate"> = tab) =>
      frame.evaluate(() => document.documentElement.getAttribute("stolen"));

    test.each(BY_TYPE)("%s reads nothing of the console's", async (type, body, more) => {
      await put("object", type, body);
      await tab.goto(await signedUrl(host, "object", more)).catch(() => "a download");
      expect(await stolen()).toBeNull();
    });

    test("nor does an object that another one frames", async () => {
      await put("object", "text/html", HTML);
      const framed = `<iframe src="${await signedUrl(host, "object")}"></iframe>`;
      await put("outside", "text/html", framed);
      await tab.goto(await signedUrl(host, "outside"));
      expect(tab.frames()).toHaveLength(2);
      for (const frame of tab.frames()) expect(await stolen(frame)).toBeNull();
    });

    test("no object is the console's script, style or module", async () => {
      await put("script.js", "text/javascript", "globalThis.hostile = true; export default 1;");
      await put("style.css", "text/css", "body { --hostile: yes }");
      const page = await openConsole(host);
      const [script, style] = [
        await signedUrl(host, "script.js"),
        await signedUrl(host, "style.css"),
      ];
      const ran = await page.evaluate(
        async ([script = "", style = ""]) => {
          const load = (element: HTMLScriptElement | HTMLLinkElement) =>
            new Promise((resolve) => {
              element.onload = resolve;
              element.onerror = resolve;
              document.head.append(element);
            });
          await load(Object.assign(document.createElement("script"), { src: script }));
          await load(
            Object.assign(document.createElement("script"), { src: script, type: "module" }),
          );
          await load(
            Object.assign(document.createElement("link"), { href: style, rel: "stylesheet" }),
          );
          const inline = document.createElement("script");
          inline.textContent = "globalThis.hostile = true";
          document.head.append(inline);
          const styled = getComputedStyle(document.body).getPropertyValue("--hostile");
          return [Reflect.get(globalThis, "hostile"), styled];
        },
        [script, style],
      );
      expect(ran).toEqual([undefined, ""]);
      // As text: vitest would compile it.
      await page.evaluate(`import(${JSON.stringify(script)}).catch(() => "refused")`);
      expect(await page.evaluate(() => Reflect.get(globalThis, "hostile"))).toBeUndefined();
      await page.close();
    });
  });

  test("no object becomes the console's service worker", async () => {
    await put("worker.js", "text/javascript", "self.onfetch = () => {}");
    const page = await openConsole("localhost");
    const registered = await page.evaluate(
      (url) =>
        navigator.serviceWorker.register(url).then(
          () => "registered",
          (error: unknown) => String(error),
        ),
      await signedUrl("localhost", "worker.js"),
    );
    expect(registered).not.toBe("registered");
    const asked = await fetch(await signedUrl("127.0.0.1", "worker.js"), {
      headers: { "service-worker": "script" },
    });
    expect(asked.status).toBe(403);
    await page.close();
  });

  test("a public page opens at its bucket's own host name, where its scripts run", async () => {
    const { s3 } = clientsAt("127.0.0.1");
    await s3.send(new CreateBucketCommand({ Bucket: "public-pages" }));
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket: "public-pages" }));
    const statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::public-pages/*",
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await s3.send(new PutBucketPolicyCommand({ Bucket: "public-pages", Policy }));
    const page = { Bucket: "public-pages", Key: "a b/page.html", Body: HTML };
    await s3.send(new PutObjectCommand({ ...page, ContentType: "text/html" }));
    const tab = await openConsole("localhost");
    await tab.goto(`http://localhost:${port}/public-pages/a%20b/page.html?x=1`);
    expect(tab.url()).toBe(`http://public-pages.s3.localhost:${port}/a%20b/page.html?x=1`);
    const stolen = await tab.evaluate(() => document.documentElement.getAttribute("stolen"));
    expect(stolen).toBe(",");
    await tab.goto(`http://${NAMED}:${port}/public-pages/a%20b/page.html`);
    expect(await tab.title()).toBe("hostile");
    expect(await tab.evaluate(() => document.documentElement.getAttribute("stolen"))).toBeNull();
    await tab.close();
  });
});
