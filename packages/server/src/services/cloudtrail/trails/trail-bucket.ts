import { Readable } from "node:stream";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Invoke, InvokeOptions } from "../../../kernel/invoke.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { bucketDoesNotExist, insufficientBucketPolicy } from "../errors.ts";
import type { TrailRow } from "../tables.ts";

const CLOUDTRAIL_PRINCIPAL = "cloudtrail.amazonaws.com";

type BucketOf = Pick<
  TrailRow,
  "trail_arn" | "account_id" | "home_region" | "bucket_name" | "key_prefix"
>;

/** `[prefix/]AWSLogs/<account>/CloudTrail`. Source: user guide, "CloudTrail log file examples". */
export function logFolder({ key_prefix, account_id }: BucketOf): string {
  const prefix = key_prefix === null ? "" : `${key_prefix}/`;
  return `${prefix}AWSLogs/${account_id}/CloudTrail`;
}

/** A trail's bucket, used as the service itself: the bucket's policy decides. */
export class TrailBucket {
  readonly #trail: BucketOf;
  readonly #invoke: Invoke;

  constructor(trail: BucketOf, invoke: Invoke) {
    this.#trail = trail;
    this.#invoke = invoke;
  }

  /** Throws S3BucketDoesNotExistException or InsufficientS3BucketPolicyException. */
  check(): Promise<void> {
    return this.#checkWith(() => this.put(`${logFolder(this.#trail)}/`, Buffer.alloc(0)), {});
  }

  /** Throws as `check` does, and writes nothing. */
  decide(transaction: Transaction): Promise<void> {
    const Bucket = this.#trail.bucket_name;
    const input = { Bucket, Key: `${logFolder(this.#trail)}/`, ACL: "bucket-owner-full-control" };
    const joined = { transaction };
    const put = () => this.#call("PutObject", () => input, { ...joined, isOnlyDecided: true });
    return this.#checkWith(put, joined);
  }

  async #checkWith(put: () => Promise<void>, options: Partial<InvokeOptions>): Promise<void> {
    const { bucket_name: Bucket } = this.#trail;
    try {
      await this.#call("GetBucketAcl", () => ({ Bucket }), options);
      await put();
    } catch (error) {
      if (!(error instanceof AwsError) || error.status >= 500) throw error;
      throw error.code === "NoSuchBucket"
        ? bucketDoesNotExist(Bucket)
        : insufficientBucketPolicy(Bucket);
    }
  }

  async put(key: string, bytes: Uint8Array, headers: object = {}): Promise<void> {
    await this.#call("PutObject", () => ({
      Bucket: this.#trail.bucket_name,
      Key: key,
      Body: Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
      ContentLength: bytes.length,
      ACL: "bucket-owner-full-control",
      // Whatever the bucket's default is: a trail without a key has S3's own encryption.
      ServerSideEncryption: "AES256",
      ...headers,
    }));
  }

  /** The bucket may be in another Region than the trail. */
  async #call(
    operation: string,
    input: () => object,
    options: Partial<InvokeOptions> = {},
  ): Promise<void> {
    const { home_region: region, trail_arn, account_id } = this.#trail;
    const as: Caller = {
      principal: {
        kind: "service",
        serviceName: CLOUDTRAIL_PRINCIPAL,
        onBehalfOf: { accountId: account_id, resourceArn: trail_arn },
      },
    };
    try {
      await this.#invoke("s3", operation, input(), { as, region, ...options });
    } catch (error) {
      const there = error instanceof AwsError && error.headers["x-amz-bucket-region"];
      if (!there) throw error;
      await this.#invoke("s3", operation, input(), { as, region: there, ...options });
    }
  }
}
