/** The beginning of an answer, up to its body. */
export interface AnswerHead {
  readonly status: number;
  /** Names in lower case; of several with one name, the last. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The end of its body. */
  readonly end:
    | { readonly by: "length"; readonly sizeBytes: number }
    | { readonly by: "chunks" }
    | { readonly by: "close" };
  /** Whether the connection carries another request after it. */
  readonly isKept: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const LENGTH = /^\d{1,15}$/;

/** Reads an answer's head without its empty line. Throws Error where it isn't one of HTTP/1. */
export function readHead(text: string): AnswerHead {
  const [first = "", ...lines] = text.split("\r\n");
  const [, minor, code = ""] = STATUS_LINE.exec(first) ?? malformed();
  const headers: Record<string, string | undefined> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) malformed();
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const status = Number(code);
  const end = endOf(status, headers);
  const connection = headers.connection?.toLowerCase();
  const isKept =
    end.by !== "close" && (minor === "1" ? connection !== "close" : connection === "keep-alive");
  return { status, headers, end, isKept };
}

function endOf(status: number, headers: AnswerHead["headers"]): AnswerHead["end"] {
  if (status < 200 || status === 204 || status === 304) return { by: "length", sizeBytes: 0 };
  const { "transfer-encoding": encoding, "content-length": length } = headers;
  if (encoding !== undefined)
    return encoding.toLowerCase() === "chunked" ? { by: "chunks" } : malformed();
  if (length === undefined) return { by: "close" };
  return LENGTH.test(length) ? { by: "length", sizeBytes: Number(length) } : malformed();
}

function malformed(): never {
  throw new Error("The object store's answer isn't HTTP.");
}
