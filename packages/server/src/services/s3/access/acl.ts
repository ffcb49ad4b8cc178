import type * as s3 from "@aws-sdk/client-s3";
import { ownValue } from "../../../kernel/own-value.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { type AclInput, ALL_USERS, AUTHENTICATED_USERS, grantHeaders } from "./acl-syntax.ts";
import { canonicalUserId } from "./canonical-user-id.ts";

export type Permission = "FULL_CONTROL" | "READ" | "WRITE" | "READ_ACP" | "WRITE_ACP";

/** The access control list of a bucket or of one version of an object, as it is kept. */
export interface Acl {
  /** The account of an object's writer, where that isn't the bucket's. */
  readonly owner?: string;
  /** Nobody signed for the object, which the bucket's owner has then. */
  readonly isUnsigned?: boolean;
  readonly grants: readonly Grant[];
}

export interface Grant {
  /** A canonical user id or the URI of a group. */
  readonly to: string;
  readonly permission: Permission;
}

/** Amazon EC2's canonical user id, whom `aws-exec-read` lets read. */
const EC2 = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";
const LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";

/** Grants of canned ACLs beside everything to the owner. Source: S3 user guide, "Canned ACL". */
const CANNED: Readonly<Record<string, readonly Grant[]>> = {
  "public-read": [{ to: ALL_USERS, permission: "READ" }],
  "public-read-write": [
    { to: ALL_USERS, permission: "READ" },
    { to: ALL_USERS, permission: "WRITE" },
  ],
  "authenticated-read": [{ to: AUTHENTICATED_USERS, permission: "READ" }],
  "aws-exec-read": [{ to: EC2, permission: "READ" }],
  "log-delivery-write": [
    { to: LOG_DELIVERY, permission: "WRITE" },
    { to: LOG_DELIVERY, permission: "READ_ACP" },
  ],
};
const TO_BUCKET_OWNER: Readonly<Record<string, Permission>> = {
  "bucket-owner-read": "READ",
  "bucket-owner-full-control": "FULL_CONTROL",
};

/** The grants that a checked input names, or everything to the owner if it names none. */
export function grantsOf(input: AclInput, owner: string, bucketOwner: string): readonly Grant[] {
  const { ACL: canned = "private", AccessControlPolicy: policy } = input;
  if (policy)
    return (policy.Grants ?? []).map(({ Grantee: grantee, Permission: permission }) => ({
      to: grantee?.URI ?? grantee?.ID ?? "",
      permission: permission as Permission,
    }));
  const headers = grantHeaders(input);
  if (headers.length > 0)
    return headers.flatMap(({ grantees, permission }) =>
      grantees.map(({ value }) => ({ to: value, permission })),
    );
  const toBucketOwner = ownValue(TO_BUCKET_OWNER, canned);
  return [
    { to: canonicalUserId(owner), permission: "FULL_CONTROL" },
    ...(ownValue(CANNED, canned) ?? []),
    ...(toBucketOwner !== undefined && owner !== bucketOwner
      ? [{ to: canonicalUserId(bucketOwner), permission: toBucketOwner }]
      : []),
  ];
}

/** Null for the default: the bucket's owner has everything, and nobody else anything. */
export function storedAcl(
  grants: readonly Grant[],
  owner: string,
  { account_id: bucketOwner }: Pick<BucketRow, "account_id">,
  isUnsigned = false,
): string | null {
  const [first, ...others] = grants;
  const isOwners = owner === bucketOwner && others.length === 0 && isEverythingTo(owner, first);
  if (isOwners && !isUnsigned) return null;
  const whose = owner === bucketOwner ? {} : { owner };
  const acl: Acl = { ...whose, ...(isUnsigned ? { isUnsigned } : {}), grants };
  return JSON.stringify(acl);
}

/** ACLs are disabled: the bucket's owner owns whatever is in it. */
export function isEnforced({ ownership }: Pick<BucketRow, "ownership">): boolean {
  return ownership === "BucketOwnerEnforced";
}

/** The ACL in force; undefined for what the bucket's owner alone has. */
export function aclOf(
  { acl }: Pick<ObjectRow, "acl">,
  bucket: Pick<BucketRow, "ownership">,
): Acl | undefined {
  return acl === null || isEnforced(bucket) ? undefined : (JSON.parse(acl) as Acl);
}

/** The account that owns an object. */
export function ownerOf(
  object: Pick<ObjectRow, "acl">,
  bucket: Pick<BucketRow, "ownership" | "account_id">,
): string {
  return aclOf(object, bucket)?.owner ?? bucket.account_id;
}

/**
 * The account that owns an object which this request writes. An anonymous caller's object, and a
 * service's, belong to the bucket's owner.
 */
export function writerOf({ caller: { principal } }: RequestContext, bucket: BucketRow): string {
  return "accountId" in principal ? principal.accountId : bucket.account_id;
}

/** The output of GetBucketAcl and GetObjectAcl. */
export function shownAcl(acl: Acl | undefined, { account_id: bucketOwner }: BucketRow) {
  const owner = acl?.owner ?? bucketOwner;
  const grants = acl?.grants ?? grantsOf({}, owner, bucketOwner);
  return {
    Owner: { ID: canonicalUserId(owner) },
    Grants: grants.map(({ to, permission }): s3.Grant => {
      const isGroup = to.startsWith("http:");
      return {
        Grantee: isGroup ? { URI: to, Type: "Group" } : { ID: to, Type: "CanonicalUser" },
        Permission: permission,
      };
    }),
  };
}

function isEverythingTo(accountId: string, grant: Grant | undefined): boolean {
  return grant?.permission === "FULL_CONTROL" && grant.to === canonicalUserId(accountId);
}
