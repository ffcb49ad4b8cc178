import type { Reader } from "../store.ts";

/** An account's place in which a service looks for its resources. */
export interface ResourcePlace {
  readonly accountId: string;
  /** Resources of global services are found in every Region. */
  readonly region: string;
  /** The accounts that an access control list is to show by their ARNs. */
  readonly knownAccounts: readonly string[];
}

/** One document by which a resource lets others in. */
export interface Sharing {
  /** Whether it is the resource's own policy or an access control list made into one. */
  readonly source: "POLICY" | "BUCKET_ACL";
  readonly kind: "resource" | "trust" | "key";
  /** In force for the principals of the resource's own account alone; left out, for all. */
  readonly within?: "account";
  /** As it is stored: users and roles stand as unique ids. */
  readonly text: string;
}

/** A bucket's access point: its policy and the bucket's must both allow a request through it. */
export interface SharedAccessPoint {
  readonly arn: string;
  readonly text: string;
  /** The only network that requests come from; left out, they come from anywhere. */
  readonly vpcId?: string;
  /** Grants of the bucket's ACL to everybody don't count for requests through it. */
  readonly ignoresPublicAcls: boolean;
}

/** A resource with all that shares it now. */
export interface ShareableResource {
  readonly arn: string;
  readonly accountId: string;
  /** `AWS::S3::Bucket`. */
  readonly resourceType: string;
  readonly createdMs: number;
  /** Documents that are in force for anybody. */
  readonly sharings: readonly Sharing[];
  /** For buckets alone. */
  readonly bucket?: {
    readonly accessPoints: readonly SharedAccessPoint[];
    /** No public policy is in force for other accounts. */
    readonly restrictsPublic: boolean;
  };
}

/** The proposed configuration of one resource, as CreateAccessPreview takes it. */
export interface ProposedResource extends ResourcePlace {
  readonly arn: string;
  /** `{ s3Bucket: … }`. */
  readonly configuration: object;
  readonly nowMs: number;
}

/**
 * The resources of one service that policies may share with other accounts, for Access Analyzer.
 * Services contribute it.
 */
export interface ShareableResources {
  readonly resourceType: string;
  /** The member of a preview's configuration that is this type's: `s3Bucket`. */
  readonly previewed: string;
  /** The action that Access Analyzer's role must be allowed to look at one: `kms:GetKeyPolicy`. */
  readonly readAction: string;
  list(place: ResourcePlace, reader: Reader): Promise<readonly ShareableResource[]>;
  /**
   * The resource with the proposed configuration: whatever it leaves out is as it is now, or as in
   * a new resource. Undefined for a configuration that no such resource can have.
   */
  propose(proposed: ProposedResource, reader: Reader): Promise<ShareableResource | undefined>;
}
