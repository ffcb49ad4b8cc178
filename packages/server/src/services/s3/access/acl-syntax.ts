import type * as s3 from "@aws-sdk/client-s3";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import { invalidArgument, invalidRequest, methodNotAllowed } from "../errors.ts";

/*
 * What S3 takes for an ACL at all. Sources: S3 API, PutBucketAcl; S3 user guide, "Access control
 * list".
 */

export const OWNER_CONTROLS = "bucket-owner-full-control";
export const PUBLIC_ACLS = ["public-read", "public-read-write", "authenticated-read"];
const CANNED_ACLS = [
  ...["private", OWNER_CONTROLS, "bucket-owner-read", "aws-exec-read", "log-delivery-write"],
  ...PUBLIC_ACLS,
];

const GROUP_PREFIX = "http://acs.amazonaws.com/groups/";
export const ALL_USERS = `${GROUP_PREFIX}global/AllUsers`;
export const AUTHENTICATED_USERS = `${GROUP_PREFIX}global/AuthenticatedUsers`;
const GROUPS = [ALL_USERS, AUTHENTICATED_USERS, `${GROUP_PREFIX}s3/LogDelivery`];
const GRANTEES = ["CanonicalUser", "AmazonCustomerByEmail", "Group"];
const PERMISSIONS = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"];
const CANONICAL_ID = /^[0-9a-f]{64}$/;
/** Source: S3 user guide, "Access control list": up to 100 grants. */
const GRANTS_MAX = 100;

/** The members of several operations' inputs that describe an ACL. */
export interface AclInput {
  readonly ACL?: string | undefined;
  readonly AccessControlPolicy?: s3.AccessControlPolicy | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWrite?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
}

/**
 * Throws InvalidArgument, InvalidRequest, UnexpectedContent, MalformedACLError, and
 * MethodNotAllowed for grantees by e-mail address, which S3 doesn't take since October 2025 (S3
 * API, Grantee).
 */
export function checkAcl(input: AclInput): void {
  const { ACL: acl, AccessControlPolicy: policy } = input;
  if (acl !== undefined && !CANNED_ACLS.includes(acl)) throw invalidArgument("", "x-amz-acl", acl);
  const headers = grantHeaders(input);
  if (acl !== undefined && headers.length > 0)
    throw invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
  if (policy && (acl !== undefined || headers.length > 0))
    throw new AwsError("UnexpectedContent", "This request does not support content", {
      status: 400,
    });
  for (const { grantees } of headers) {
    for (const { type, value } of grantees) {
      if (type === "uri") checkGroup(value, type);
      if (type === "id") checkId(value, type);
      if (type === "emailAddress") throw methodNotAllowed();
    }
  }
  if (policy) checkPolicy(policy);
}

/** Condition keys of a request's ACL: policies see its headers, not its document. */
export function aclKeys(input: AclInput): ContextEntries {
  return {
    "s3:x-amz-acl": input.ACL,
    "s3:x-amz-grant-full-control": input.GrantFullControl,
    "s3:x-amz-grant-read": input.GrantRead,
    "s3:x-amz-grant-read-acp": input.GrantReadACP,
    "s3:x-amz-grant-write": input.GrantWrite,
    "s3:x-amz-grant-write-acp": input.GrantWriteACP,
  };
}

/**
 * The grants that are given as headers. Throws InvalidArgument for what isn't `id="…", uri="…"`.
 */
export function grantHeaders(input: AclInput) {
  const named = [
    ["x-amz-grant-full-control", "FULL_CONTROL", input.GrantFullControl],
    ["x-amz-grant-read", "READ", input.GrantRead],
    ["x-amz-grant-read-acp", "READ_ACP", input.GrantReadACP],
    ["x-amz-grant-write", "WRITE", input.GrantWrite],
    ["x-amz-grant-write-acp", "WRITE_ACP", input.GrantWriteACP],
  ] as const;
  return named.flatMap(([header, permission, text]) =>
    text === undefined ? [] : [{ permission, grantees: granteesOf(header, text) }],
  );
}

function granteesOf(header: string, text: string) {
  return text.split(",").map((grantee) => {
    const [, type, value = ""] =
      /^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*)"?\s*$/.exec(grantee) ?? [];
    if (type === undefined) throw invalidArgument("Argument format not recognized", header, text);
    return { type, value };
  });
}

function checkPolicy({ Owner: owner, Grants: grants }: s3.AccessControlPolicy): void {
  if (!owner || !grants || grants.length > GRANTS_MAX) throw malformedAcl();
  for (const { Grantee: grantee, Permission: permission = "" } of grants) {
    if (!GRANTEES.includes(grantee?.Type ?? "") || !PERMISSIONS.includes(permission))
      throw malformedAcl();
  }
  checkId(owner.ID ?? "", "CanonicalUser/ID");
  for (const { Grantee: grantee } of grants) {
    if (grantee?.Type === "Group") checkGroup(grantee.URI ?? "", "Group/URI");
    if (grantee?.Type === "CanonicalUser") checkId(grantee.ID ?? "", "CanonicalUser/ID");
    if (grantee?.Type === "AmazonCustomerByEmail") throw methodNotAllowed();
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
