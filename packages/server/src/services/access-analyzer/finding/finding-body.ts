import type * as sdk from "@aws-sdk/client-accessanalyzer";
import type { ShareableResource } from "../../../kernel/ports/shareable-resources.ts";
import type { FindingRow, FindingType } from "../tables.ts";

/** All of a finding that its row keeps as JSON. */
export interface FindingBody {
  /** The resource may not be looked at, or nothing could be proven of it in time. */
  readonly error?: "ACCESS_DENIED" | "INTERNAL_ERROR";
  readonly external?: ExternalBody;
  readonly internal?: InternalBody;
  readonly unused?: UnusedBody;
}

/** Unused access; which members it has follows from the finding's type. */
export interface UnusedBody {
  readonly lastAccessedMs?: number | undefined;
  readonly accessKeyId?: string;
  readonly services?: readonly UnusedService[];
}

/** A service that wasn't used, or of which actions weren't. */
export interface UnusedService {
  readonly service: string;
  readonly lastAccessedMs?: number;
  readonly actions?: readonly { readonly action: string; readonly lastAccessedMs?: number }[];
}

/** The kind of document that gives access, or the access point that it comes through. */
export type FindingSource =
  | "POLICY"
  | "BUCKET_ACL"
  | { readonly type: "S3_ACCESS_POINT"; readonly accessPointArn: string }
  | { readonly type: "S3_ACCESS_POINT_ACCOUNT"; readonly accessPointAccount?: string };

/** A source as findings show it. */
export function sourceView(source: FindingSource): sdk.FindingSource {
  if (typeof source === "string") return { type: source };
  if (source.type === "S3_ACCESS_POINT")
    return { type: source.type, detail: { accessPointArn: source.accessPointArn } };
  const { type, accessPointAccount } = source;
  return { type, ...(accessPointAccount !== undefined && { detail: { accessPointAccount } }) };
}

export interface ExternalBody {
  readonly principal: Readonly<Record<string, string>>;
  readonly action: readonly string[];
  readonly condition: Readonly<Record<string, string>>;
  readonly isPublic: boolean;
  /** For buckets alone. */
  readonly sources?: readonly FindingSource[];
  /** Whether a resource control policy may restrict the access; it isn't taken into account. */
  readonly restriction: "APPLICABLE" | "NOT_APPLICABLE";
}

/** Access of a user or role of the zone of trust. */
export interface InternalBody {
  readonly principal: Readonly<Record<string, string>>;
  readonly principalOwnerAccount: string;
  readonly principalType: "IAM_ROLE" | "IAM_USER";
  readonly accessType: "INTRA_ACCOUNT" | "INTRA_ORG";
  readonly action: readonly string[];
  readonly condition: Readonly<Record<string, string>>;
  /** The bucket's documents that give the access, if any does. */
  readonly sources?: readonly ("POLICY" | "BUCKET_ACL")[];
  readonly resourceControlPolicy: Restriction;
  readonly serviceControlPolicy: Restriction;
}

/**
 * Whether policies of an organization restrict the access. With an account as its zone an analyzer
 * leaves them out (APPLICABLE). Source: API reference, InternalAccessDetails.
 */
export type Restriction = "APPLICABLE" | "APPLIED" | "NOT_APPLICABLE";

/** A finding of one analysis, before it is known whether there was one like it. */
export interface FoundFinding {
  readonly type: FindingType;
  readonly resource: string;
  readonly resourceType: string;
  readonly ownerAccountId: string;
  /** The part of the resource that it is about. */
  readonly subject: string;
  readonly body: FindingBody;
}

export function bodyOf({ body }: Pick<FindingRow, "body">): FindingBody {
  return JSON.parse(body) as FindingBody;
}

/** The finding of a resource of which nothing can be said, for a reason. */
export function failedFinding(
  { arn, accountId, resourceType }: ShareableResource,
  access: "external" | "internal",
  error: NonNullable<FindingBody["error"]>,
): FoundFinding {
  return {
    type: access === "external" ? "ExternalAccess" : "InternalAccess",
    ...{ resource: arn, resourceType, ownerAccountId: accountId, subject: "" },
    body: { error },
  };
}
