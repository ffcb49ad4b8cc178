import { Readable } from "node:stream";
import { AwsError } from "../aws-error.ts";
import { FileBody } from "../files/file-body.ts";
import type { Invoke, InvokeOptions } from "../invoke.ts";
import type { Log } from "../ports/log.ts";
import type { Caller } from "../principal.ts";
import { pause } from "../work/timers.ts";

const RETRY_DELAYS_MS: readonly number[] = [100, 400, 1_600, 5_000];
/**
 * How long a live recording bears a bucket that fails: then it loses the object. Ten minutes of a
 * 5 Mb/s stream are 375 MB, which wait on the disk meanwhile.
 */
export const LIVE_PATIENCE_MS = 10 * 60_000;
/** At the server's start, which waits for it. */
export const STARTUP_PATIENCE_MS = 2_000;

/** The caller that a bucket's objects are put as: its permissions decide. */
export interface WritingCaller {
  /** Rejects with AwsError where it isn't to be had. */
  caller(): Promise<Caller>;
  /** Its credentials were refused as expired, and aren't to be used again. */
  forget(): void;
}

export interface BucketWriterOptions {
  readonly bucketName: string;
  /** The account of the bucket, and of the resource that is recorded. */
  readonly accountId: string;
  readonly region: string;
  readonly session: WritingCaller;
  /** A canned ACL that each object is put with. */
  readonly acl?: string | undefined;
  readonly invoke: Invoke;
  readonly patienceMs: number;
  /** What S3 hasn't taken within the patience is left for later, and isn't given up. */
  readonly leavesLate?: boolean;
  /** Waits between the attempts to put one object; the last one goes on. */
  readonly retryDelaysMs?: readonly number[];
  readonly log: Log;
  /** Aborted when the server stops: no object is tried again then. */
  readonly stopping: AbortSignal;
}

/** S3 failed to take an object, which is left to a later attempt, or to the next process. */
export class ObjectLeftError extends Error {
  constructor(cause: unknown) {
    super("S3 fails, and the object is left for later", { cause });
    this.name = "ObjectLeftError";
  }
}

/** Pieces that follow each other, a text, or a file. */
export type ObjectBody = readonly Uint8Array[] | string | FileBody;

export type PutOptions = Pick<InvokeOptions, "precondition" | "alongside" | "isEssential">;

/** Puts a recording's objects into its bucket, and tries again while S3 fails. */
export class BucketWriter {
  readonly #options: BucketWriterOptions;

  constructor(options: BucketWriterOptions) {
    this.#options = options;
  }

  /**
   * Rejects at once when the put is refused, and after some attempts when S3 fails: with
   * ObjectLeftError when the object isn't given up, as the server stops. The object is
   * there only if `precondition` holds in the transaction that makes it so, and with it what
   * `alongside` writes.
   */
  async put(
    key: string,
    body: ObjectBody,
    contentType: string,
    { isEssential = false, ...together }: PutOptions = {},
  ): Promise<void> {
    const { patienceMs, retryDelaysMs = RETRY_DELAYS_MS, stopping, leavesLate } = this.#options;
    let waitedMs = 0;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#putOnce(key, body, contentType, { isEssential, ...together });
        return;
      } catch (error) {
        const delayMs = retryDelaysMs[attempt] ?? retryDelaysMs.at(-1) ?? 0;
        waitedMs += delayMs;
        if (!mayPass(error)) throw error;
        if (stopping.aborted) throw new ObjectLeftError(error);
        if (waitedMs > patienceMs) throw leavesLate ? new ObjectLeftError(error) : error;
        if (attempt === retryDelaysMs.length - 1) this.#warn(key, error);
        await pause(delayMs, { signal: stopping });
      }
    }
  }

  /** Once for each object: the next one waits for it. */
  #warn(key: string, error: unknown): void {
    const { bucketName, log } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ bucket: bucketName, key, message }, "S3 fails; a recording waits, and tries again");
  }

  async #putOnce(
    key: string,
    body: ObjectBody,
    contentType: string,
    options: PutOptions,
  ): Promise<void> {
    const { bucketName, accountId, region, session, acl, invoke } = this.#options;
    const input = {
      Bucket: bucketName,
      Key: key,
      ...contentOf(body),
      ContentType: contentType,
      // AWS's SDKs send a CRC32 with what they upload.
      ChecksumAlgorithm: "CRC32",
      ...(acl !== undefined && { ACL: acl }),
      ExpectedBucketOwner: accountId,
    };
    const caller = await session.caller();
    try {
      await invoke("s3", "PutObject", input, { as: caller, region, ...options });
    } catch (error) {
      if (error instanceof AwsError && error.code === "ExpiredToken") session.forget();
      throw error;
    }
  }
}

/** A stream can be read once: each attempt has its own. */
function contentOf(body: ObjectBody): { Body: Readable | FileBody; ContentLength: number } {
  if (body instanceof FileBody) return { Body: body, ContentLength: body.sizeBytes };
  const pieces = typeof body === "string" ? [Buffer.from(body)] : body;
  return {
    Body: Readable.from(pieces, { objectMode: false }),
    ContentLength: pieces.reduce((sum, { length }) => sum + length, 0),
  };
}

/** S3's own failures, not its refusals. What isn't implemented will not be in a moment either. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof AwsError)) return true;
  if (error.code === "NotImplemented") return false;
  return error.status >= 500 || error.status === 429 || error.code === "ExpiredToken";
}
