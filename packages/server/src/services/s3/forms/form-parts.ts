import { isUtf8 } from "node:buffer";
import { percentDecode } from "@rolecast/wire";
import { malformedForm } from "../errors.ts";

const HEADERS_END = "\r\n\r\n";
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;
/** Source: RFC 2183, parameters as tokens and in quotes; RFC 5987 for a name beyond ASCII. */
const PARAMETER = /;\s*([a-z]+\*?)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gi;

/** The header of a part: a field's name, and a file's if it is given. */
export interface PartHeader {
  readonly name: string;
  readonly fileName: string | undefined;
}

/**
 * The parts of a body of `multipart/form-data` (RFC 7578), one after the other as they come. What
 * a part is for is the caller's to say: it reads each part's body as a text or as a stream.
 */
export class FormParts {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #delimiter: Buffer;
  readonly #onBytes: (sizeBytes: number) => void;
  /** Room for bytes, unread from `#start` to `#end`. The first delimiter ends no line. */
  #room = Buffer.from("\r\n");
  #start = 0;
  #end = this.#room.length;

  /**
   * `onBytes` counts what comes, and throws when it is too much. Throws MalformedPOSTRequest for a
   * content type without a boundary.
   */
  constructor(
    chunks: AsyncIterator<Buffer>,
    contentType: string,
    onBytes: (sizeBytes: number) => void,
  ) {
    const [, quoted, token = quoted] = BOUNDARY.exec(contentType) ?? [];
    if (token === undefined) throw malformedForm();
    this.#chunks = chunks;
    this.#delimiter = Buffer.from(`\r\n--${token}`);
    this.#onBytes = onBytes;
  }

  /** Leaves aside what comes before the first part. */
  async start(): Promise<void> {
    await this.#until(this.#delimiter);
  }

  /** The next part's header, after the body of the one before it; undefined after the last. */
  async next(): Promise<PartHeader | undefined> {
    while (this.#unread.length < 2) await this.#needMore();
    if (this.#unread.toString("latin1", 0, 2) === "--") return undefined;
    const lines = (await this.#until(Buffer.from(HEADERS_END))).toString("utf8").split("\r\n");
    // The rest of the delimiter's own line comes first.
    if (lines.shift()?.trim() !== "") throw malformedForm();
    return headerOf(lines);
  }

  /** Undefined for bytes that aren't UTF-8. */
  async text(): Promise<string | undefined> {
    const bytes = await this.#until(this.#delimiter);
    return isUtf8(bytes) ? bytes.toString("utf8") : undefined;
  }

  /** Rejects with MalformedPOSTRequest if the body ends before the part. */
  async *stream(): AsyncGenerator<Buffer> {
    const kept = this.#delimiter.length - 1;
    for (;;) {
      const at = this.#unread.indexOf(this.#delimiter);
      const size = at === -1 ? Math.max(0, this.#unread.length - kept) : at;
      const bytes = Buffer.from(this.#unread.subarray(0, size));
      this.#start += at === -1 ? size : size + this.#delimiter.length;
      if (bytes.length > 0) yield bytes;
      if (at !== -1) return;
      await this.#needMore();
    }
  }

  get #unread(): Buffer {
    return this.#room.subarray(this.#start, this.#end);
  }

  /** The bytes before `mark`, which is passed over. */
  async #until(mark: Buffer): Promise<Buffer> {
    let searched = 0;
    for (;;) {
      const unread = this.#unread;
      const at = unread.indexOf(mark, searched);
      if (at !== -1) {
        this.#start += at + mark.length;
        return unread.subarray(0, at);
      }
      searched = Math.max(0, unread.length - mark.length + 1);
      await this.#needMore();
    }
  }

  async #needMore(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done) throw malformedForm();
    this.#onBytes(value.length);
    const unread = this.#unread;
    const needed = unread.length + value.length;
    if (this.#end + value.length > this.#room.length) {
      // Twice as much, so that bytes that come one by one aren't copied each time.
      this.#room = Buffer.allocUnsafe(2 * needed);
      unread.copy(this.#room);
      this.#start = 0;
    }
    value.copy(this.#room, this.#start + unread.length);
    this.#end = this.#start + needed;
  }
}

function headerOf(lines: readonly string[]): PartHeader {
  const disposition = lines.find((line) => /^content-disposition:\s*form-data/i.test(line));
  const parameters = new Map<string, string>();
  for (const [, key = "", quoted, token = ""] of (disposition ?? "").matchAll(PARAMETER))
    parameters.set(key.toLowerCase(), quoted?.replace(/\\(["\\])/g, "$1") ?? token);
  const name = parameters.get("name");
  if (name === undefined) throw malformedForm();
  const [, extended] = /^utf-8'[^']*'(.*)$/i.exec(parameters.get("filename*") ?? "") ?? [];
  const fileName = extended === undefined ? undefined : percentDecode(extended);
  return { name, fileName: fileName ?? parameters.get("filename") };
}
