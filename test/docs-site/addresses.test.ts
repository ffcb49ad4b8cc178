import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { brotliDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { ConsoleFiles } from "../../packages/server/src/gateway/console-files.ts";
import type { PlainResponse } from "../../packages/server/src/kernel/service.ts";

const CONSOLE = join(import.meta.dirname, "../../packages/cli/dist/console");
const ORIGIN = "http://127.0.0.1:4566";
const DOCS = "/_rolecast/docs/";
/** The build leaves larger pages compressed. */
const pages = readdirSync(join(CONSOLE, "docs"), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.html(?:\.br)?$/.test(name))
  .map((name) => {
    const bytes = readFileSync(join(CONSOLE, "docs", name));
    return {
      address: `${DOCS}${name.replace(/(?:(?<=^|\/)index)?\.html(?:\.br)?$/, "")}`,
      html: (name.endsWith(".br") ? brotliDecompressSync(bytes) : bytes).toString("utf8"),
    };
  });

const files = new ConsoleFiles(CONSOLE, false);
function get(path: string): Promise<PlainResponse | undefined> {
  return files.handle({
    method: "GET",
    path,
    query: new URLSearchParams(),
    headers: { host: "127.0.0.1:4566", accept: "text/html" },
    remoteAddress: "127.0.0.1",
    isSigned: false,
    scheme: "http",
    body: Readable.from([]),
  });
}

/** The addresses to which a browser goes from a page that it shows at `address`. */
function addressesOf(html: string, address: string): readonly URL[] {
  return [...html.matchAll(/(?:href|src)="([^"]+)"/g)]
    .map(([, to = ""]) => new URL(to, ORIGIN + address))
    .filter(({ origin }) => origin === ORIGIN);
}

test("every address in the served site leads to an answer and to a heading", async () => {
  const known = new Map(pages.map(({ address, html }) => [address, html]));
  const answers = new Map<string, number | undefined>();
  const broken: string[] = [];
  let links = 0;
  for (const { address, html } of pages) {
    for (const { pathname, hash } of addressesOf(html, address)) {
      links++;
      if (!answers.has(pathname)) answers.set(pathname, (await get(pathname))?.status);
      const isThere = hash === "" || known.get(pathname)?.includes(` id="${hash.slice(1)}"`);
      if (answers.get(pathname) !== 200 || !isThere) broken.push(`${address}: ${pathname}${hash}`);
      if (pathname.endsWith(".html")) broken.push(`${address} links to a file: ${pathname}`);
    }
  }
  expect(links).toBeGreaterThan(1_000);
  expect(broken).toEqual([]);
});

test.each([
  ["s3.html", "s3"],
  ["index.html", ""],
  ["adr/index.html", "adr/"],
  ["adr", "adr/"],
  ["adr/0001-one-bundle.html", "adr/0001-one-bundle"],
])("the address of before, %s, leads to the page", async (before, now) => {
  const answer = await get(DOCS + before);
  expect([answer?.status, answer?.headers.location]).toEqual([308, DOCS + now]);
  expect((await get(DOCS + now))?.status).toBe(200);
});

test.each([
  "xylophone",
  "s3/",
  "s3/more/and/more",
  "%2e%2e/index",
  "../index",
  "assets/none.js",
  "images/console-live.webp/below",
  ".x",
])("where nothing is, %s, a page says so and leads on", async (path) => {
  const answer = await get(DOCS + path);
  expect([answer?.status, answer?.headers["content-type"]]).toEqual([
    404,
    "text/html; charset=utf-8",
  ]);
  const html = String(answer?.body);
  expect(html).toContain("There is no page at this address");
  for (const { pathname, hash } of addressesOf(html, `${DOCS}deep/below/${path}`)) {
    if (hash === "#content") continue;
    expect([pathname, (await get(pathname))?.status]).toEqual([pathname, 200]);
  }
});
