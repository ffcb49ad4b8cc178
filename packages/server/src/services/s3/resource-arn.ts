import { isAccountId, OWN_PARTITION, parseArn } from "../../kernel/arn.ts";

/** The resource of listing buckets: AWS's own examples of policies name it, or `*`. */
export const EVERY_BUCKET = "arn:aws:s3:::*";

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

/** The name in a bucket's ARN, valid or not; undefined for every other text. */
export function bucketNamed(arn: string): string | undefined {
  const { partition, service, region, accountId, resource = "" } = parseArn(arn) ?? {};
  const isBucket = partition === OWN_PARTITION && service === "s3" && !region && !accountId;
  return isBucket && !/[/:]/.test(resource) ? resource : undefined;
}

/** Whether a text is the ARN of a KMS key or of an alias. */
export function isKmsKeyArn(text: string): boolean {
  const { partition, service, region, accountId = "", resource = "" } = parseArn(text) ?? {};
  const isOfKms = partition === OWN_PARTITION && service === "kms" && isAccountId(accountId);
  return isOfKms && region !== "" && /^(key|alias)\/./.test(resource) && !resource.endsWith("/");
}
