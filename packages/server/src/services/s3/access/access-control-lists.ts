import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type BucketInput, requireBucket } from "../buckets/find-bucket.ts";
import { updateBucket } from "../buckets/update-bucket.ts";
import { malformedXml, notConfigured, notImplemented } from "../errors.ts";
import { requireNoMarker, requireObject } from "../objects/find-object.ts";
import type { BucketRow } from "../tables.ts";
import {
  type AclInput,
  checkAcl,
  grantHeaders,
  OWNER_CONTROLS,
  OWNERS_ACLS,
  PUBLIC_ACLS,
} from "./acl-syntax.ts";
import { objectArn, onBucket } from "./authorization.ts";
import { canonicalUserId } from "./canonical-user-id.ts";
import { isBlocked } from "./public-access.ts";
import { preventedByBlock } from "./public-access-block.ts";
import { onVersion, readAuthorizations } from "./read-authorization.ts";

const OWNERSHIPS = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;
type Ownership = (typeof OWNERSHIPS)[number];

const PUBLIC_GROUPS = /\/groups\/global\/(AllUsers|AuthenticatedUsers)/;

/** Object ownership and ACLs. Nobody but the owner can be granted anything: policies do that. */
export function accessControlListOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketOwnershipControls: {
      authorize: needs("PutBucketOwnershipControls"),
      handle: async (input, context) => {
        const rules = input.OwnershipControls?.Rules ?? [];
        const ownership = rules[0]?.ObjectOwnership;
        if (rules.length !== 1 || !isOwnership(ownership)) throw malformedXml();
        await updateBucket(await requireBucket(input, context), { ownership }, context);
        return {};
      },
    },
    GetBucketOwnershipControls: {
      authorize: needs("GetBucketOwnershipControls"),
      handle: async (input, context) => {
        const { ownership, bucket_name: name } = await requireBucket(input, context);
        if (isOwnership(ownership))
          return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } };
        const message = "The bucket ownership controls were not found";
        throw notConfigured("OwnershipControlsNotFoundError", message, name);
      },
    },
    DeleteBucketOwnershipControls: {
      authorize: needs("PutBucketOwnershipControls"),
      handle: async (input, context) => {
        await updateBucket(await requireBucket(input, context), { ownership: null }, context);
        return {};
      },
    },
    PutBucketAcl: {
      authorize: needs("PutBucketAcl"),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        requireAclNamed(input);
        if (isEnforced(bucket)) throw aclNotSupported();
        refuseGrants(input, bucket, preventedBy("PutBucketAcl", bucket, undefined, context));
        return {};
      },
    },
    GetBucketAcl: {
      authorize: needs("GetBucketAcl"),
      handle: async (input, context) => ownerOnly((await requireBucket(input, context)).account_id),
    },
    PutObjectAcl: {
      authorize: async (input, context) =>
        onVersion("PutObjectAcl", await requireBucket(input, context), input, context),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        await requireNoMarker(input, context);
        await requireObject(input, context);
        requireAclNamed(input);
        refuseGrants(input, bucket, preventedBy("PutObjectAcl", bucket, input.Key, context));
        return {};
      },
    },
    GetObjectAcl: {
      authorize: async (input, context) => {
        const bucket = await requireBucket(input, context);
        return readAuthorizations(["GetObjectAcl"], bucket, input, context);
      },
      handle: async (input, context) => {
        const row = await requireObject(input, context);
        return ownerOnly(row.account_id);
      },
    },
  });
}

/** Throws unless an object's ACL, as a write of it asks for, gives nobody but the owner anything. */
export function checkObjectAcl(
  input: AclInput & { readonly Key?: string | undefined },
  bucket: BucketRow,
  context: RequestContext,
): void {
  refuseGrants(input, bucket, preventedBy("PutObject", bucket, input.Key, context));
}

export function isOwnership(text: string | null | undefined): text is Ownership {
  return OWNERSHIPS.some((ownership) => ownership === text);
}

function isEnforced({ ownership }: BucketRow): boolean {
  return ownership === "BucketOwnerEnforced";
}

function refuseGrants(input: AclInput, bucket: BucketRow, prevented: () => Error): void {
  checkAcl(input);
  // Without ACLs a writer may say no more than that the owner has everything (S3 user guide,
  // "Controlling ownership of objects").
  const isAllowed = !isEnforced(bucket) || (input.ACL ?? OWNER_CONTROLS) === OWNER_CONTROLS;
  if (isAllowed && isOwners(input, bucket)) return;
  if (isEnforced(bucket)) throw aclNotSupported();
  if (isPublicAcl(input) && isBlocked(bucket, "BlockPublicAcls")) throw prevented();
  throw notImplemented("x-amz-acl");
}

function preventedBy(
  action: string,
  bucket: BucketRow,
  key: string | undefined,
  context: RequestContext,
): () => Error {
  const resource =
    key === undefined ? `arn:aws:s3:::${bucket.bucket_name}` : objectArn(bucket.bucket_name, key);
  return () => preventedByBlock("BlockPublicAcls", action, resource, context);
}

function isOwners(input: AclInput, bucket: BucketRow): boolean {
  const owner = canonicalUserId(bucket.account_id);
  const grants = input.AccessControlPolicy?.Grants ?? [];
  return (
    OWNERS_ACLS.includes(input.ACL ?? "private") &&
    grantHeaders(input).every(([, grantee]) => grantee === `id="${owner}"`) &&
    grants.every(({ Grantee }) => Grantee?.ID === owner)
  );
}

/** Whether it grants everybody, or everybody with an account, something. */
export function isPublicAcl(input: AclInput): boolean {
  const grants = input.AccessControlPolicy?.Grants ?? [];
  const headers = grantHeaders(input).map(([, grantee]) => grantee);
  const named = [...headers, ...grants.map(({ Grantee }) => Grantee?.URI ?? "")];
  return PUBLIC_ACLS.includes(input.ACL ?? "") || named.some((text) => PUBLIC_GROUPS.test(text));
}

function requireAclNamed(input: AclInput): void {
  if (input.ACL !== undefined || input.AccessControlPolicy || grantHeaders(input).length > 0)
    return;
  throw new AwsError("MissingSecurityHeader", "Your request was missing a required header", {
    status: 400,
    fields: { MissingHeaderName: "x-amz-acl" },
  });
}

function aclNotSupported(): AwsError {
  return new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", {
    status: 400,
  });
}

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext): Promise<Authorization> =>
    onBucket(action, await requireBucket(input, context), context);
}

function ownerOnly(accountId: string) {
  const ID = canonicalUserId(accountId);
  return {
    Owner: { ID },
    Grants: [
      { Grantee: { ID, Type: "CanonicalUser" as const }, Permission: "FULL_CONTROL" as const },
    ],
  };
}
