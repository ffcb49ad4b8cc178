import { posix } from "node:path";
import type { Readable } from "node:stream";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";

/** The name under which S3 sees these reads in `aws:CalledVia` and in CloudTrail's records. */
const INVOKED_BY = "rolecast.amazonaws.com";

/** Reads objects of one bucket for the caller of a request: S3 decides on each of them. */
export class RecordedObjects {
  readonly #context: RequestContext;
  readonly #bucket: string;

  constructor(context: RequestContext, bucket: string) {
    this.#context = context;
    this.#bucket = bucket;
  }

  /** The bytes of an object. Rejects with S3's refusal. */
  async *read(key: string): AsyncGenerator<Uint8Array, void, undefined> {
    yield* await this.#open(key);
  }

  async #open(Key: string): Promise<Readable> {
    const { Body } = await this.#context.forward<GetObjectCommandOutput>(
      "s3",
      "GetObject",
      { Bucket: this.#bucket, Key },
      { invokedBy: INVOKED_BY },
    );
    return Body as unknown as Readable;
  }
}

/**
 * The key of what a playlist names, which lies in the playlist's own folder or below it. Throws
 * AwsError for another place.
 */
export function besides(playlistKey: string, uri: string): string {
  const folder = posix.dirname(playlistKey);
  const key = posix.join(folder, uri);
  if (/^\w+:|^\/|[?#]/.test(uri) || !key.startsWith(`${folder}/`)) {
    throw notARecording(`The playlist names ${uri}, which isn't beside it.`);
  }
  return key;
}

export function notARecording(message: string): AwsError {
  return new AwsError("ValidationException", message, { status: 400 });
}
