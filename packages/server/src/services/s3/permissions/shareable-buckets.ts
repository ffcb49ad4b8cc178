import type {
  ProposedResource,
  ResourcePlace,
  ShareableResource,
  ShareableResources,
  SharedAccessPoint,
  Sharing,
} from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";
import { type Acl, aclOf, type Grant, type Permission } from "../access/acl.ts";
import { ALL_USERS, AUTHENTICATED_USERS } from "../access/acl-syntax.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import { isBlocked, isRestricted } from "../access/public-access.ts";
import { bucketArn } from "../resource-arn.ts";
import { accountBlock, bucketNamed, bucketsIn } from "../rows/buckets.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { isJson, type ProposedAccessPoint, proposedAccessPoint } from "./proposed-access-points.ts";

/** A bucket as far as it decides who else gets in. */
type SharedBucket = Pick<
  BucketRow,
  | "bucket_name"
  | "account_id"
  | "created_ms"
  | "policy"
  | "acl"
  | "ownership"
  | "public_access_block"
  | "account_public_access_block"
>;

/** Source: S3 user guide, "Mapping of ACL permissions and access policy permissions". */
const ACTIONS: Readonly<Record<Exclude<Permission, "FULL_CONTROL">, readonly string[]>> = {
  READ: ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"],
  WRITE: ["s3:DeleteObject", "s3:PutObject"],
  READ_ACP: ["s3:GetBucketAcl"],
  WRITE_ACP: ["s3:PutBucketAcl"],
};

/** Buckets with the policy and the access control list that are in force. */
export const SHAREABLE_BUCKETS: ShareableResources = {
  resourceType: "AWS::S3::Bucket",
  previewed: "s3Bucket",
  readAction: "s3:GetBucketPolicy",
  async list(place, reader) {
    const { accountId, region } = place;
    const rows = await bucketsIn({ account_id: accountId, region }, reader.db<S3Tables>());
    return rows.map((row) => shared(row, place));
  },
  async propose(proposed, reader) {
    const name = /^arn:aws:s3:::([^/]+)$/.exec(proposed.arn)?.[1];
    if (name === undefined) return undefined;
    const current = await currentBucket(name, proposed, reader);
    if (!current) return undefined;
    const bucket = { ...current, ...changesOf(proposed, current) };
    const points = proposedAccessPoints(bucket, proposed);
    if (!points || !isJson(bucket.policy)) return undefined;
    return shared(bucket, proposed, points);
  },
};

/** A bucket that isn't there yet has no policy, no block of its own, and takes ACLs. */
async function currentBucket(
  name: string,
  { accountId }: ResourcePlace,
  reader: Reader,
): Promise<SharedBucket | undefined> {
  const db = reader.db<S3Tables>();
  const row = await bucketNamed(name, db);
  if (row) return row.account_id === accountId ? row : undefined;
  return {
    bucket_name: name,
    account_id: accountId,
    created_ms: 0,
    ...{ policy: null, acl: null, ownership: null, public_access_block: null },
    account_public_access_block: await accountBlock(accountId, db),
  };
}

interface ProposedBucket {
  readonly accessPoints?: Readonly<Record<string, ProposedAccessPoint>>;
  readonly bucketPolicy?: string;
  readonly bucketAclGrants?: readonly {
    readonly permission: Permission;
    readonly grantee: { readonly id?: string; readonly uri?: string };
  }[];
  readonly bucketPublicAccessBlock?: {
    readonly ignorePublicAcls: boolean;
    readonly restrictPublicBuckets: boolean;
  };
}

function proposedBucket({ configuration }: ProposedResource): ProposedBucket {
  return (configuration as { readonly s3Bucket?: ProposedBucket }).s3Bucket ?? {};
}

/** An empty policy proposes that there be none. */
function changesOf(proposed: ProposedResource, { acl }: SharedBucket): Partial<SharedBucket> {
  const s3Bucket = proposedBucket(proposed);
  const { bucketPolicy: policy, bucketAclGrants: given, bucketPublicAccessBlock: block } = s3Bucket;
  const grants = given?.map(
    ({ permission, grantee }): Grant => ({ to: grantee.uri ?? grantee.id ?? "", permission }),
  );
  const owner = acl === null ? undefined : (JSON.parse(acl) as Acl).owner;
  return {
    ...(policy !== undefined && { policy: policy === "" ? null : policy }),
    ...(grants && { acl: JSON.stringify({ ...(owner !== undefined && { owner }), grants }) }),
    ...(block && {
      public_access_block: JSON.stringify({
        IgnorePublicAcls: block.ignorePublicAcls,
        RestrictPublicBuckets: block.restrictPublicBuckets,
      }),
    }),
  };
}

/** The access points with a policy; undefined if one can't be. */
function proposedAccessPoints(
  bucket: SharedBucket,
  proposed: ProposedResource,
): readonly SharedAccessPoint[] | undefined {
  const blocked = {
    ignorePublicAcls: isBlocked(bucket, "IgnorePublicAcls"),
    restrictPublicBuckets: isBlocked(bucket, "RestrictPublicBuckets"),
  };
  const points: SharedAccessPoint[] = [];
  for (const [arn, point] of Object.entries(proposedBucket(proposed).accessPoints ?? {})) {
    const shared = proposedAccessPoint(arn, point, blocked, proposed);
    if (shared === "invalid") return undefined;
    if (shared) points.push(shared);
  }
  return points;
}

function shared(
  bucket: SharedBucket,
  place: ResourcePlace,
  accessPoints: readonly SharedAccessPoint[] = [],
): ShareableResource {
  const acl = aclOf(bucket, bucket);
  const grants = acl && policyOfGrants(acl, bucket, place);
  const { policy } = bucket;
  const within = isRestricted(bucket) ? ({ within: "account" } as const) : {};
  return {
    arn: bucketArn(bucket.bucket_name),
    accountId: bucket.account_id,
    resourceType: SHAREABLE_BUCKETS.resourceType,
    createdMs: bucket.created_ms,
    sharings: [
      ...(policy === null
        ? []
        : [{ source: "POLICY", kind: "resource", ...within, text: policy } as const]),
      ...(grants ? [grants] : []),
    ],
    bucket: { accessPoints, restrictsPublic: isBlocked(bucket, "RestrictPublicBuckets") },
  };
}

/** The grants to others than the owner as a policy of the bucket. */
function policyOfGrants(acl: Acl, bucket: SharedBucket, place: ResourcePlace): Sharing | undefined {
  const Statement = acl.grants.flatMap(({ to, permission }) => {
    const principal = principalOf(to, bucket, place);
    const actions =
      permission === "FULL_CONTROL" ? Object.values(ACTIONS).flat() : ACTIONS[permission];
    const arn = bucketArn(bucket.bucket_name);
    return principal === undefined
      ? []
      : [{ Effect: "Allow", Principal: principal, Action: actions, Resource: [arn, `${arn}/*`] }];
  });
  if (Statement.length === 0) return undefined;
  const text = JSON.stringify({ Version: "2012-10-17", Statement });
  return { source: "BUCKET_ACL", kind: "resource", text };
}

/** Undefined for the owner, for groups that the block ignores, and for AWS's log delivery. */
function principalOf(
  grantee: string,
  bucket: SharedBucket,
  { knownAccounts }: ResourcePlace,
): object | undefined {
  if (grantee === ALL_USERS || grantee === AUTHENTICATED_USERS)
    return isBlocked(bucket, "IgnorePublicAcls") ? undefined : { AWS: "*" };
  if (grantee.startsWith("http:")) return undefined;
  const known = knownAccounts.find((account) => canonicalUserId(account) === grantee);
  if (known === undefined) return { CanonicalUser: grantee };
  return known === bucket.account_id ? undefined : { AWS: `arn:aws:iam::${known}:root` };
}
