/**
 * Host names below which buckets live beside AWS's own. LocalStack's resolve to this machine
 * everywhere, and stand in many a program's settings.
 */
export const S3_HOSTS: readonly string[] = [
  "localhost",
  "s3.localhost",
  "localhost.localstack.cloud",
  "s3.localhost.localstack.cloud",
];
