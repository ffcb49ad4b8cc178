import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { invalidArgument, invalidRequest } from "../errors.ts";

/* What S3 takes for an ACL at all. Sources: S3 API, PutBucketAcl; S3 user guide, "Access control list". */

/** ACLs that give nobody anything but the owner, who owns buckets and objects alike here. */
export const OWNER_CONTROLS = "bucket-owner-full-control";
export const OWNERS_ACLS = ["private", OWNER_CONTROLS, "bucket-owner-read"];
export const PUBLIC_ACLS = ["public-read", "public-read-write", "authenticated-read"];
const CANNED_ACLS = [...OWNERS_ACLS, ...PUBLIC_ACLS, "aws-exec-read", "log-delivery-write"];

const GROUPS = ["global/AllUsers", "global/AuthenticatedUsers", "s3/LogDelivery"].map(
  (name) => `http://acs.amazonaws.com/groups/${name}`,
);
const GRANTEES = ["CanonicalUser", "AmazonCustomerByEmail", "Group"];
const PERMISSIONS = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"];
const CANONICAL_ID = /^[0-9a-f]{64}$/;

/** What inputs of several operations say of an ACL. */
export interface AclInput {
  readonly ACL?: string | undefined;
  readonly AccessControlPolicy?: s3.AccessControlPolicy | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWrite?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
}

/** Throws InvalidArgument, InvalidRequest, UnexpectedContent, MalformedACLError. */
export function checkAcl(input: AclInput): void {
  const { ACL: acl, AccessControlPolicy: policy } = input;
  if (acl !== undefined && !CANNED_ACLS.includes(acl)) throw invalidArgument("", "x-amz-acl", acl);
  const grants = grantHeaders(input);
  if (acl !== undefined && grants.length > 0)
    throw invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
  if (policy && (acl !== undefined || grants.length > 0))
    throw new AwsError("UnexpectedContent", "This request does not support content", {
      status: 400,
    });
  for (const [header, value] of grants) checkGrantHeader(header, value);
  if (policy) checkPolicy(policy);
}

/** The grants that are given as headers, by the headers' names. */
export function grantHeaders(input: AclInput): (readonly [string, string])[] {
  const named = [
    ["x-amz-grant-full-control", input.GrantFullControl],
    ["x-amz-grant-read", input.GrantRead],
    ["x-amz-grant-read-acp", input.GrantReadACP],
    ["x-amz-grant-write", input.GrantWrite],
    ["x-amz-grant-write-acp", input.GrantWriteACP],
  ] as const;
  return named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** `id="…", uri="…"`. */
function checkGrantHeader(header: string, text: string): void {
  for (const grantee of text.split(",")) {
    const [, type, value = ""] =
      /^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*)"?\s*$/.exec(grantee) ?? [];
    if (type === undefined) throw invalidArgument("Argument format not recognized", header, text);
    if (type === "uri") checkGroup(value, type);
    if (type === "id") checkId(value, type);
  }
}

function checkPolicy({ Owner: owner, Grants: grants }: s3.AccessControlPolicy): void {
  if (!owner || !grants) throw malformedAcl();
  for (const { Grantee: grantee, Permission: permission = "" } of grants) {
    if (!GRANTEES.includes(grantee?.Type ?? "") || !PERMISSIONS.includes(permission))
      throw malformedAcl();
  }
  checkId(owner.ID ?? "", "CanonicalUser/ID");
  for (const { Grantee: grantee } of grants) {
    if (grantee?.Type === "Group") checkGroup(grantee.URI ?? "", "Group/URI");
    if (grantee?.Type === "CanonicalUser") checkId(grantee.ID ?? "", "CanonicalUser/ID");
  }
}

function checkGroup(uri: string, name: string): void {
  if (!GROUPS.includes(uri)) throw invalidArgument("Invalid group uri", name, uri);
}

function checkId(id: string, name: string): void {
  if (!CANONICAL_ID.test(id)) throw invalidArgument("Invalid id", name, id);
}

function malformedAcl(): AwsError {
  return new AwsError(
    "MalformedACLError",
    "The XML you provided was not well-formed or did not validate against our published schema",
    { status: 400 },
  );
}
