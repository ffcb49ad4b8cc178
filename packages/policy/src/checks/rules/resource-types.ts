import type { CheckedResourceType } from "../subject.ts";

interface KnownResourceType {
  /** AWS's name of it in findings. */
  readonly title: string;
  /** The services whose actions its policy may name. */
  readonly prefixes: readonly string[];
  /** The ARNs that its policy may name. */
  readonly arn: RegExp;
}

const S3_PREFIXES = ["s3"];
/** The resource types that have checks of their own, except trust policies. */
const KNOWN: Readonly<Partial<Record<CheckedResourceType, KnownResourceType>>> = {
  "AWS::S3::Bucket": {
    title: "S3 Bucket",
    prefixes: S3_PREFIXES,
    arn: /^arn:[^:]+:s3:::[^:]+$/s,
  },
  "AWS::S3::AccessPoint": {
    title: "S3 Access Point",
    prefixes: S3_PREFIXES,
    arn: /^arn:[^:]+:s3:[^:]+:[^:]+:accesspoint\/.+$/s,
  },
  "AWS::S3::MultiRegionAccessPoint": {
    title: "S3 Multi-Region Access Point",
    prefixes: S3_PREFIXES,
    arn: /^arn:[^:]+:s3::[^:]+:accesspoint\/.+$/s,
  },
  "AWS::S3ObjectLambda::AccessPoint": {
    title: "S3 Object Lambda Access Point",
    prefixes: ["s3", "s3-object-lambda"],
    arn: /^arn:[^:]+:s3-object-lambda:[^:]+:[^:]+:accesspoint\/.+$/s,
  },
  "AWS::DynamoDB::Table": {
    title: "DynamoDB Table",
    prefixes: ["dynamodb"],
    arn: /^(?:\*|arn:[^:]+:dynamodb:[^:]+:[^:]+:table\/.+)$/s,
  },
};

export function resourceTypeNamed(
  type: CheckedResourceType | undefined,
): KnownResourceType | undefined {
  return type && KNOWN[type];
}
