import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";

/** No bucket can be called like this, so no object lives below it. */
const PREFIX = "/_rolecast/console/";
const ONE_YEAR_SECONDS = 31_536_000;
const HASHED_NAME = /^assets\/[\w.-]+$/;
const PLAIN_NAME = /^[\w-]+\.(?:svg|html)$/;
/** The documentation, in the console's folder of the same name. */
const DOCS_PREFIX = "/_rolecast/docs/";
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

/**
 * Everything comes from this server, scripts and styles from files only. `blob:` is where Media
 * Source Extensions play from.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The best first. Files are compressed when they are built. */
const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

/** Documents of these types run no script, wherever they come from. */
const INERT =
  /^(?:image\/(?!svg)|video\/|audio\/|text\/plain|application\/(?:pdf|json|octet-stream)|binary\/octet-stream)/;
const DOCUMENT_DESTINATIONS = ["document", "iframe", "frame", "embed", "object"];

/** The console's built files: its page at `/`, the others and the documentation below names that no bucket has. */
export class ConsoleFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Undefined: not a request for the console. */
  async handle(request: PlainRequest): Promise<PlainResponse | undefined> {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    if (isForThePage(request)) return this.#answer("index.html", request);
    if (request.path === DOCS_PREFIX.slice(0, -1)) {
      return { status: 308, headers: { location: DOCS_PREFIX }, body: undefined };
    }
    if (request.path.startsWith(DOCS_PREFIX)) return this.#docs(request);
    if (!request.path.startsWith(PREFIX)) return undefined;
    const name = request.path.slice(PREFIX.length);
    if (!HASHED_NAME.test(name) && !PLAIN_NAME.test(name)) return undefined;
    return this.#answer(name, request);
  }

  /** A folder's page is its index. */
  async #docs(request: PlainRequest): Promise<PlainResponse | undefined> {
    const name = request.path.slice(DOCS_PREFIX.length).replace(/(?<=^|\/)$/, "index.html");
    return DOCS_NAME.test(name) ? this.#answer(`docs/${name}`, request) : undefined;
  }

  async #answer(name: string, request: PlainRequest): Promise<PlainResponse | undefined> {
    const type = TYPES[extname(name)];
    if (type === undefined) return undefined;
    const accepted = request.headers["accept-encoding"] ?? "";
    const encodings = ENCODINGS.filter(({ name: encoding }) => accepted.includes(encoding));
    for (const { name: encoding, suffix } of [...encodings, { name: undefined, suffix: "" }]) {
      const body = await readIfThere(join(this.#dir, `${name}${suffix}`));
      if (!body) continue;
      const headers = {
        ...securityHeaders(),
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
}

/**
 * What a browser needs to keep an object that it shows as a document apart from the console, which
 * has the same origin and holds keys: the document gets an origin of its own.
 */
export function isolationHeaders(
  request: PlainRequest,
  contentType: string | undefined,
): Readonly<Record<string, string>> {
  if (!DOCUMENT_DESTINATIONS.includes(request.headers["sec-fetch-dest"] ?? "")) return {};
  if (contentType !== undefined && INERT.test(contentType)) return {};
  return { "content-security-policy": "sandbox allow-scripts allow-forms allow-popups" };
}

/** A person's browser asks for `/`; a client of S3 that lists buckets signs, and wants no HTML. */
function isForThePage({ path, headers, query, isSigned }: PlainRequest): boolean {
  return (
    path === "/" && !isSigned && headers.accept?.includes("text/html") === true && query.size === 0
  );
}

function securityHeaders(): Readonly<Record<string, string>> {
  return {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
