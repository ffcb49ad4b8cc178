import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { RoleSession } from "./role-session.ts";

/** Waits between the attempts to put one object: a bucket that fails longer loses the object. */
const RETRY_DELAYS_MS: readonly number[] = [100, 400, 1_600];

export interface RecordingBucketWriterOptions {
  readonly bucketName: string;
  readonly accountId: string;
  readonly region: string;
  readonly session: RoleSession;
  readonly invoke: Invoke;
}

/** Puts a recording's objects as the service-linked role's session. */
export class RecordingBucketWriter {
  readonly #options: RecordingBucketWriterOptions;

  constructor(options: RecordingBucketWriterOptions) {
    this.#options = options;
  }

  /** Rejects at once when the put is refused, and after some attempts when S3 fails. */
  async put(key: string, body: Uint8Array | string, contentType: string): Promise<void> {
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
      try {
        await this.#putOnce(key, bytes, contentType);
        return;
      } catch (error) {
        if (delayMs === undefined || !mayPass(error)) throw error;
        await sleep(delayMs);
      }
    }
  }

  async #putOnce(key: string, bytes: Uint8Array, contentType: string): Promise<void> {
    const { bucketName, accountId, region, session, invoke } = this.#options;
    const input = {
      Bucket: bucketName,
      Key: key,
      Body: Readable.from([bytes], { objectMode: false }),
      ContentLength: bytes.length,
      ContentType: contentType,
      // Channel, recording configuration and bucket are of one account.
      ExpectedBucketOwner: accountId,
    };
    const caller = await session.caller();
    try {
      await invoke("s3", "PutObject", input, { as: caller, region });
    } catch (error) {
      if (error instanceof AwsError && error.code === "ExpiredToken") session.forget();
      throw error;
    }
  }
}

/** S3's own failures, not its refusals. What isn't implemented will not be in a moment either. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof AwsError)) return true;
  if (error.code === "NotImplemented") return false;
  return error.status >= 500 || error.status === 429 || error.code === "ExpiredToken";
}
