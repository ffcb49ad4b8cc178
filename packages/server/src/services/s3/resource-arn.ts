/** The resource of listing buckets: AWS's own examples of policies name it, or `*`. */
export const EVERY_BUCKET = "arn:aws:s3:::*";

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}
