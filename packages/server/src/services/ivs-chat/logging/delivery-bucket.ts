import { Readable } from "node:stream";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Invoke, InvokeOptions } from "../../../kernel/invoke.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { ResourceLocation } from "../../../kernel/tagged-resources/resource-arns.ts";

/** Writes the logs of services. Source: IVS Chat user guide, "Chat Logging". */
export const DELIVERY_PRINCIPAL = "delivery.logs.amazonaws.com";

/** The folder of an account's logs in a bucket. */
export function logsFolder(accountId: string): string {
  return `AWSLogs/${accountId}/`;
}

/** The `aws:SourceArn` of deliveries, which bucket policies compare by ArnLike. */
export function deliverySourceArn({ region, accountId }: ResourceLocation): string {
  return `arn:aws:logs:${region}:${accountId}:*`;
}

/** A bucket that logs are written to by the principal of log delivery: its policy decides. */
export class DeliveryBucket {
  readonly #bucketName: string;
  readonly #of: ResourceLocation;
  readonly #invoke: Invoke;

  constructor(bucketName: string, of: ResourceLocation, invoke: Invoke) {
    this.#bucketName = bucketName;
    this.#of = of;
    this.#invoke = invoke;
  }

  /** Throws S3's refusal of what deliveries need, and writes nothing. */
  async decide(transaction: Transaction): Promise<void> {
    const Bucket = this.#bucketName;
    const decided = { transaction, isOnlyDecided: true };
    await this.#call("GetBucketAcl", () => ({ Bucket }), decided);
    const Key = logsFolder(this.#of.accountId);
    const input = { Bucket, Key, ACL: "bucket-owner-full-control" };
    await this.#call("PutObject", () => input, decided);
  }

  /** Throws S3's refusal. */
  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#call("PutObject", () => ({
      Bucket: this.#bucketName,
      Key: key,
      Body: Readable.from([bytes], { objectMode: false }),
      ContentLength: bytes.length,
      ContentType: "application/gzip",
      ACL: "bucket-owner-full-control",
    }));
  }

  /** The bucket may be in another Region than the room. */
  async #call(
    operation: string,
    input: () => object,
    options: Partial<InvokeOptions> = {},
  ): Promise<void> {
    const { region, accountId } = this.#of;
    const as: Caller = {
      principal: {
        kind: "service",
        serviceName: DELIVERY_PRINCIPAL,
        onBehalfOf: { accountId, resourceArn: deliverySourceArn(this.#of) },
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
