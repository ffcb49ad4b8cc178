import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import { consolePolicy } from "./console-policy.ts";

/** This can't be a bucket's name, so there can't be objects below it. */
const PREFIX = "/_rolecast/console/";
const PAGE = "index.html";
/** The build leaves this in the page. */
const TEST_ROOT_UNKNOWN = 'data-test-root="unknown"';
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
  ".md": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
};

const SECURITY_HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;
/** The policy of scripts, styles and pictures, which aren't documents of their own. */
const POLICY_OF_PARTS = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** In order of preference. The build compresses the files. */
const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

/**
 * The console's built files: its page is served at `/`, the others and the documentation below
 * paths that can't be bucket names.
 */
export class ConsoleFiles {
  readonly #dir: string;
  readonly #isTestRootTaken: boolean;

  /** The page says whether the key `test` is the root user's, which signs browsers in at once. */
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
      if (await readIfThere(join(this.#dir, `docs/${file}/index.html`))) {
        return moved(`${request.path}/`);
      }
    }
    const missing = await this.#answer(MISSING_PAGE, request);
    return missing && { ...missing, status: 404 };
  }

  async #answer(name: string, request: PlainRequest): Promise<PlainResponse | undefined> {
    const type = TYPES[extname(name)];
    if (type === undefined) return undefined;
    const accepted = request.headers["accept-encoding"] ?? "";
    const encodings = ENCODINGS.filter(({ name: encoding }) => accepted.includes(encoding));
    for (const { name: encoding, suffix } of [...encodings, { name: undefined, suffix: "" }]) {
      const file = join(this.#dir, name);
      const found = suffix === "" ? await readPlain(file) : await readIfThere(`${file}${suffix}`);
      if (!found) continue;
      const body = name === PAGE ? this.#asPage(found) : found;
      const headers = {
        ...SECURITY_HEADERS,
        "content-security-policy": await this.#policyOf(name, request),
        "content-type": type,
        "content-length": String(body.length),
        "cache-control": HASHED_NAME.test(name)
          ? `public, max-age=${ONE_YEAR_SECONDS}, immutable`
          : "no-cache",
        vary: "accept-encoding",
        ...(encoding === undefined ? {} : { "content-encoding": encoding }),
      };
      return { status: 200, headers, body: request.method === "HEAD" ? undefined : body };
    }
    return undefined;
  }

  #asPage(file: Buffer): Buffer {
    const known = `data-test-root="${this.#isTestRootTaken ? "taken" : "refused"}"`;
    return Buffer.from(file.toString("utf8").replace(TEST_ROOT_UNKNOWN, known));
  }

  async #policyOf(name: string, { headers }: PlainRequest): Promise<string> {
    if (extname(name) !== ".html") return POLICY_OF_PARTS;
    const page = await readIfThere(join(this.#dir, name));
    const folder = name.startsWith("docs/") ? DOCS_PREFIX : PREFIX;
    return consolePolicy(page?.toString("utf8"), `${folder}assets/`, headers.host);
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

/** The build leaves most files in their compressed forms alone. */
async function readPlain(file: string): Promise<Buffer | undefined> {
  const plain = await readIfThere(file);
  if (plain) return plain;
  const compressed = await readIfThere(`${file}.gz`);
  return compressed && promisify(gunzip)(compressed);
}

function moved(location: string): PlainResponse {
  return { status: 308, headers: { location }, body: undefined };
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
