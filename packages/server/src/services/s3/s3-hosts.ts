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

/** All names under which S3 answers: those, and the one under which players reach this server. */
export function s3HostsOf(publicBaseUrl: string | undefined): readonly string[] {
  return publicBaseUrl === undefined ? S3_HOSTS : [...S3_HOSTS, new URL(publicBaseUrl).hostname];
}
