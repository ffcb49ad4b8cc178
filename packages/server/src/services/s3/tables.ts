export interface BucketRow {
  /** Names are unique in the partition, over all accounts and Regions. */
  bucket_name: string;
  /** Tells a bucket from an earlier one of the same name. */
  bucket_id: string;
  account_id: string;
  region: string;
  /** As it was given, where it isn't the Region's name. */
  location_constraint: string | null;
  created_ms: number;
  /** The bucket policy as it is matched: users and roles stand as unique ids. */
  policy: string | null;
  /** CORSRules as JSON. */
  cors: string | null;
  /** A tag set as JSON: `{ [key]: value }`. */
  tags: string | null;
  /** The ServerSideEncryptionRule as JSON; null for S3's own default. */
  encryption: string | null;
  /** The PublicAccessBlockConfiguration as JSON. */
  public_access_block: string | null;
  /** ObjectOwnership; null where its controls were deleted. */
  ownership: string | null;
  /** An Acl as JSON; null: the owner has everything, and nobody else anything. */
  acl: string | null;
  /** Enabled or Suspended; null: never one of them. */
  versioning: string | null;
  /** 1: what happens to its objects is published to EventBridge. */
  event_bridge: number;
  /** LifecycleRules as JSON. */
  lifecycle: string | null;
  /** TransitionDefaultMinimumObjectSize, with `lifecycle`. */
  lifecycle_minimum_size: string | null;
  /** 1: other accounts must say that they pay. */
  requester_pays: number;
  /** An ObjectLockRule as JSON; null: objects can't be locked. */
  object_lock: string | null;
  /** The account's PublicAccessBlockConfiguration, as `s3_accounts` has it. */
  account_public_access_block: string | null;
  /** 1: its tags are condition keys. */
  abac: number;
}

/** The operations of a bucket that no operation of an object passes. */
export interface BucketConfigurationRow {
  bucket_name: string;
  /** A ConfigurationKind. */
  kind: string;
  /** Empty for what a bucket has one of. */
  configuration_id: string;
  /** JSON. */
  body: string;
}

/** An account with settings of its own. */
export interface AccountRow {
  account_id: string;
  /** The PublicAccessBlockConfiguration as JSON. */
  public_access_block: string;
}

/** A key's latest version, where that is an object. */
export interface ObjectRow {
  bucket_name: string;
  object_key: string;
  /** The bucket owner's. */
  account_id: string;
  region: string;
  /** New with each write; what readers hold while they read. */
  object_id: string;
  /** The file with the bytes; null when the object consists of an upload's parts. */
  blob_id: string | null;
  /** The multipart upload whose rows in `s3_parts` are the object's bytes. */
  upload_id: string | null;
  parts_count: number | null;
  size_bytes: number;
  /** Without quotes. */
  etag: string;
  modified_ms: number;
  storage_class: string;
  /** ObjectAttributes as JSON. */
  attributes: string;
  /** A tag set as JSON, null without tags. */
  tags: string | null;
  /** An ObjectChecksum as JSON. */
  checksum: string | null;
  /** An ObjectLock as JSON. */
  object_lock: string | null;
  /** An Acl as JSON; null: the bucket's owner has everything, and nobody else anything. */
  acl: string | null;
  /** `null`, the word, for an object that was written without versioning. */
  version_id: string;
  /** Higher than that of all the key's other versions. */
  version_number: number;
}

/** A version that isn't its key's latest, or a delete marker. */
export interface VersionRow extends ObjectRow {
  /** 1: nothing but the statement that the object was deleted. */
  is_delete_marker: number;
}

export interface UploadRow {
  upload_id: string;
  bucket_name: string;
  bucket_id: string;
  object_key: string;
  account_id: string;
  region: string;
  initiator_arn: string;
  created_ms: number;
  storage_class: string;
  attributes: string;
  tags: string | null;
  checksum_algorithm: string | null;
  checksum_type: string | null;
  /** The attributes that its object will have. */
  object_lock: string | null;
  acl: string | null;
  /** The `object_id` of its key's object when it began, empty for none; null: nobody knows. */
  object_at_start: string | null;
}

export interface PartRow {
  upload_id: string;
  part_number: number;
  account_id: string;
  region: string;
  blob_id: string;
  size_bytes: number;
  etag: string;
  modified_ms: number;
  /** Base64 of the upload's checksum algorithm. */
  checksum: string | null;
  /** The offset of the part in the completed object; null while the upload goes on. */
  offset_bytes: number | null;
}

/** A process that writes blobs, or has written them. */
export interface WriterRow {
  /** The prefix of its blobs' ids. */
  prefix: string;
  /** The URL at which other nodes reach it. */
  node: string;
  started_ms: number;
  /** From then on nothing that it writes is committed. Null: it may yet commit. */
  ended_ms: number | null;
  /** Transactions that have committed blobs of it. */
  commits: number;
  /** Rises as long as it lives, beside other nodes. */
  beat: number;
}

/** How far the comparison of everything stored with its checksums has come. */
export interface ScrubRow {
  name: string;
  /** A Place as JSON. */
  place: string;
}

/** A blob whose bytes are to be removed from the object store. */
export interface RemovalRow {
  blob_id: string;
  due_ms: number;
}

/** The place where the last start put objects' bytes. */
export interface PlaceRow {
  name: string;
  /** A KnownPlace as JSON. */
  place: string;
}

/** The bytes of a small blob. */
export interface InlineBlobRow {
  blob_id: string;
  bytes: Uint8Array;
}

export interface S3Tables {
  s3_inline_blobs: InlineBlobRow;
  s3_places: PlaceRow;
  s3_removals: RemovalRow;
  s3_scrubs: ScrubRow;
  s3_writers: WriterRow;
  s3_accounts: AccountRow;
  s3_buckets: BucketRow;
  s3_bucket_configurations: BucketConfigurationRow;
  s3_objects: ObjectRow;
  s3_versions: VersionRow;
  s3_uploads: UploadRow;
  s3_parts: PartRow;
}
