import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress, gzip } from "node:zlib";
import { escapeXml } from "@rolecast/wire";
import { commandLine } from "../kernel/command-line.ts";
import { ownValue } from "../kernel/own-value.ts";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import { consolePolicy } from "./console-policy.ts";

/** This can't be a bucket's name, so there can't be objects below it. */
const PREFIX = "/_rolecast/console/";
const PAGE = "index.html";
/** The build leaves these in the page. */
const TEST_ROOT_UNKNOWN = 'data-test-root="unknown"';
const COMMAND_UNKNOWN = 'data-command="unknown"';
const ONE_YEAR_SECONDS = 31_536_000;
const HASHED_NAME = /^assets\/[\w.-]+$/;
const PLAIN_NAME = /^[\w-]+\.(?:svg|html)$/;
/** The documentation, in the console's folder of the same name. */
const DOCS_PREFIX = "/_rolecast/docs/";
const MISSING_PAGE = "docs/404.html";
/** No segment begins with a dot, so none leads out of the folder. */
const DOCS_NAME = /^(?:\w[\w.-]*\/)*\w[\w.-]*$/;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".md": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
};

const SECURITY_HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(self), microphone=(self), geolocation=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;
/** The policy of scripts, styles and pictures, which aren't documents of their own. */
const POLICY_OF_PARTS = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** A file as it is sent. */
interface SentFile {
  readonly bytes: Buffer;
  readonly encoding: "br" | "gzip" | undefined;
}

/**
 * The console's built files: its page is served at `/`, the others and the documentation below
 * paths that can't be bucket names.
 */
export class ConsoleFiles {
  readonly #dir: string;
  readonly #isTestRootTaken: boolean;

  /**
   * The page says whether the key `test` is the root user's, which signs browsers in at once, and
   * how the command is called here.
   */
  constructor(dir: string, isTestRootTaken: boolean) {
    this.#dir = dir;
    this.#isTestRootTaken = isTestRootTaken;
  }

  /** Resolves with undefined if the request isn't for the console. */
  async handle(request: PlainRequest): Promise<PlainResponse | undefined> {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    if (isForThePage(request)) return this.#answer(PAGE, request);
    if (request.path === DOCS_PREFIX.slice(0, -1)) return moved(DOCS_PREFIX);
    if (request.path.startsWith(DOCS_PREFIX)) return this.#docs(request);
    if (!request.path.startsWith(PREFIX)) return undefined;
    const name = request.path.slice(PREFIX.length);
    if (!HASHED_NAME.test(name) && !PLAIN_NAME.test(name)) return undefined;
    return this.#answer(name, request);
  }

  /**
   * Serves the documentation. Its pages have addresses without `.html`, a folder's index the
   * folder's; where nothing is, a page with the search and the list of all pages says so.
   */
  async #docs(request: PlainRequest): Promise<PlainResponse | undefined> {
    const name = request.path.slice(DOCS_PREFIX.length);
    if (name.endsWith(".html")) {
      return moved(DOCS_PREFIX + name.replace(/(?:(?<=^|\/)index)?\.html$/, ""));
    }
    const file = name.replace(/(?<=^|\/)$/, "index");
    if (DOCS_NAME.test(file)) {
      const answer = await this.#answer(`docs/${file}${extname(file) ? "" : ".html"}`, request);
      if (answer) return answer;
      if (await readAccepted(join(this.#dir, `docs/${file}/index.html`), [])) {
        return moved(`${request.path}/`);
      }
    }
    const missing = await this.#answer(MISSING_PAGE, request);
    return missing && { ...missing, status: 404 };
  }

  async #answer(name: string, request: PlainRequest): Promise<PlainResponse | undefined> {
    const type = ownValue(TYPES, extname(name));
    if (type === undefined) return undefined;
    const file = join(this.#dir, name);
    const accepted = request.headers["accept-encoding"] ?? "";
    const found =
      name === PAGE ? await this.#page(file) : await readAccepted(file, accepted.split(/[\s,;]+/));
    if (!found) return undefined;
    const { bytes, encoding } = found;
    const headers = {
      ...SECURITY_HEADERS,
      "content-security-policy": await this.#policyOf(name, request),
      "content-type": type,
      "content-length": String(bytes.length),
      "cache-control": HASHED_NAME.test(name)
        ? `public, max-age=${ONE_YEAR_SECONDS}, immutable`
        : "no-cache",
      vary: "accept-encoding",
      ...(encoding === undefined ? {} : { "content-encoding": encoding }),
    };
    return { status: 200, headers, body: request.method === "HEAD" ? undefined : bytes };
  }

  async #page(file: string): Promise<SentFile | undefined> {
    const page = await readIfThere(file);
    if (!page) return undefined;
    const known = `data-test-root="${this.#isTestRootTaken ? "taken" : "refused"}"`;
    const text = page
      .toString("utf8")
      .replace(TEST_ROOT_UNKNOWN, known)
      .replace(COMMAND_UNKNOWN, () => `data-command="${escapeXml(commandLine())}"`);
    return { bytes: Buffer.from(text), encoding: undefined };
  }

  async #policyOf(name: string, { headers }: PlainRequest): Promise<string> {
    if (extname(name) !== ".html") return POLICY_OF_PARTS;
    const page = await readAccepted(join(this.#dir, name), []);
    const folder = name.startsWith("docs/") ? DOCS_PREFIX : PREFIX;
    return consolePolicy(page?.bytes.toString("utf8"), `${folder}assets/`, headers.host);
  }
}

/**
 * Browsers ask for `/` as HTML and unsigned; S3 clients that list buckets sign, and accept no HTML.
 */
function isForThePage({ path, headers, query, isSigned }: PlainRequest): boolean {
  return (
    path === "/" && !isSigned && headers.accept?.includes("text/html") === true && query.size === 0
  );
}

/**
 * Reads a file in a form that the client accepts. The build leaves most files in Brotli's form
 * alone. Browsers accept that over TLS and from this machine; over plain HTTP from another one they
 * accept gzip.
 */
async function readAccepted(
  file: string,
  accepted: readonly string[],
): Promise<SentFile | undefined> {
  const packed = await readIfThere(`${file}.br`);
  if (packed && accepted.includes("br")) return { bytes: packed, encoding: "br" };
  const unpacked =
    (await readIfThere(file)) ?? (packed && (await promisify(brotliDecompress)(packed)));
  if (!unpacked || !packed || !accepted.includes("gzip"))
    return unpacked && { bytes: unpacked, encoding: undefined };
  return { bytes: await promisify(gzip)(unpacked), encoding: "gzip" };
}

function moved(location: string): PlainResponse {
  return { status: 308, headers: { location }, body: undefined };
}

/** Nothing is below a file, either. */
const NOT_THERE: readonly unknown[] = ["ENOENT", "ENOTDIR"];

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && NOT_THERE.includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}
