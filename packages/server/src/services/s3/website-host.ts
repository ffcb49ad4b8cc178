/** The bucket whose website a host name is, and the Region that it names, if any. */
export interface WebsiteHost {
  readonly bucket: string;
  readonly region: string | undefined;
}

const WEBSITE = /^(.+)\.s3-website(?:[.-]([a-z]{2}(?:-[a-z]+)+-\d))?\.(.+)$/;
const AWS = ["amazonaws.com", "amazonaws.com.cn"];

/**
 * `BUCKET.s3-website.localhost:4566`, and AWS's `BUCKET.s3-website-REGION.amazonaws.com` and
 * `BUCKET.s3-website.REGION.amazonaws.com`. Source: S3 user guide, "Website endpoints".
 */
export function websiteOf(host: string, hosts: readonly string[]): WebsiteHost | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, "");
  if (!name.includes(".s3-website")) return undefined;
  const [, bucket, region, base = ""] = WEBSITE.exec(name) ?? [];
  if (bucket === undefined) return undefined;
  const isWebsite = hosts.includes(base) || (region !== undefined && AWS.includes(base));
  return isWebsite ? { bucket, region } : undefined;
}
