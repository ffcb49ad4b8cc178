import { AwsError } from "../../../kernel/aws-error.ts";
import { invalidArgumentOf } from "../errors.ts";

/*
 * The namespace of an account in a Region: bucket names that end in both belong to that account
 * alone. Source: S3 user guide, "Namespaces for general purpose buckets".
 */

const HEADER = "x-amz-bucket-namespace";
const ACCOUNT_REGIONAL = "account-regional";
const NAMESPACES: readonly string[] = [ACCOUNT_REGIONAL, "global"];
const NAME = /^.+-(?<account>\d{12})-(?<region>[a-z]{2}(?:-[a-z]+){1,3}-\d)-an$/;

/** Whether the name is one of some account's own namespace. */
export function isAccountRegional(name: string): boolean {
  return NAME.test(name);
}

/**
 * Throws InvalidNamespaceHeader, MissingNamespaceHeader, InvalidBucketNamespace, InvalidArgument
 * where the bucket's name and the namespace that the request wants it in don't fit.
 */
export function checkNamespace(
  name: string,
  namespace: string | undefined,
  accountId: string,
  region: string,
): void {
  if (namespace !== undefined && !NAMESPACES.includes(namespace))
    throw invalidArgumentOf(`Invalid ${HEADER} header: ${namespace}`, HEADER);
  const named = NAME.exec(name)?.groups;
  if (!named && namespace !== ACCOUNT_REGIONAL) return;
  if (!named)
    throw refused(
      "InvalidNamespaceHeader",
      [
        "The requested bucket name did not include the account-regional namespace suffix,",
        `but the provided ${HEADER} header value is account-regional. Specify`,
        `-${accountId}-${region}-an as the bucket name suffix to create a bucket in your`,
        "account-regional namespace, or remove the header.",
      ].join(" "),
    );
  if (namespace === undefined)
    throw refused(
      "MissingNamespaceHeader",
      [
        "The requested bucket name includes the account-regional namespace suffix, but the",
        `request has no ${HEADER} header. Specify the header with the value`,
        "account-regional, or another bucket name.",
      ].join(" "),
    );
  if (namespace !== ACCOUNT_REGIONAL)
    throw refused(
      "InvalidNamespaceHeader",
      [
        "The requested bucket name includes the account-regional namespace suffix, but the",
        `provided ${HEADER} header value is ${namespace}. Specify the value`,
        "account-regional, or another bucket name.",
      ].join(" "),
    );
  const place = "The requested bucket is an account-regional namespace bucket, but the requested";
  if (named.account !== accountId)
    throw refused(
      "InvalidBucketNamespace",
      [
        `${place} AWS Account ID '${named.account}' does not match the caller's AWS Account`,
        `ID '${accountId}'. Specify the caller's AWS Account ID in the bucket name.`,
      ].join(" "),
    );
  if (named.region !== region)
    throw refused(
      "InvalidBucketNamespace",
      [
        `${place} region '${named.region}' does not match the current region '${region}'.`,
        "Specify the targeted region in the bucket name.",
      ].join(" "),
    );
}

function refused(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 400 });
}
