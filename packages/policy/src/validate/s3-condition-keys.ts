/**
 * The condition keys of a bucket policy. Service Authorization Reference, "Actions, resources, and
 * condition keys for Amazon S3". Keys that end with a name are listed up to the slash.
 */

/** Keys that go with any action, or with so many that AWS's lists of them disagree. */
const GENERAL = `
s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:AccessPointTag/ s3:BucketTag/
s3:DataAccessPointAccount s3:DataAccessPointArn s3:ResourceAccount s3:TlsVersion
s3:authType s3:signatureAge s3:signatureversion s3:versionid s3:x-amz-content-sha256
`;

/** Keys that only these actions have. */
const SPECIFIC: readonly (readonly [keys: string, actions: string])[] = [
  ["s3:delimiter s3:max-keys s3:prefix", "ListBucket ListBucketVersions"],
  [
    "s3:ExistingObjectTag/",
    `DeleteObjectAnnotation DeleteObjectTagging DeleteObjectVersionAnnotation
     DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes
     GetObjectTagging GetObjectVersion GetObjectVersionAcl GetObjectVersionAnnotation
     GetObjectVersionAttributes GetObjectVersionTagging ListObjectAnnotations
     ListObjectVersionAnnotations PutObjectAcl PutObjectAnnotation PutObjectTagging
     PutObjectVersionAcl PutObjectVersionAnnotation PutObjectVersionTagging
     UpdateObjectEncryption`,
  ],
  [
    `s3:x-amz-acl s3:x-amz-grant-full-control s3:x-amz-grant-read s3:x-amz-grant-read-acp
     s3:x-amz-grant-write s3:x-amz-grant-write-acp`,
    "BypassGovernanceRetention CreateBucket PutBucketAcl PutObject PutObjectAcl PutObjectVersionAcl",
  ],
  [
    "s3:x-amz-copy-source s3:x-amz-metadata-directive s3:x-amz-website-redirect-location",
    "BypassGovernanceRetention PutObject",
  ],
  [
    `s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id
     s3:x-amz-server-side-encryption-customer-algorithm`,
    "BypassGovernanceRetention PutObject ReplicateObject UpdateObjectEncryption",
  ],
  [
    "s3:x-amz-storage-class",
    "BypassGovernanceRetention PutObject PutObjectAcl PutObjectVersionAcl",
  ],
  [
    "s3:RequestObjectTag/ s3:RequestObjectTagKeys",
    "BypassGovernanceRetention PutObject PutObjectTagging PutObjectVersionTagging",
  ],
  ["s3:locationconstraint s3:x-amz-bucket-namespace s3:x-amz-object-ownership", "CreateBucket"],
  ["s3:if-match", "DeleteObject PutObject"],
  ["s3:if-none-match s3:ObjectCreationOperation s3:x-amz-object-annotation-directive", "PutObject"],
  [
    "s3:x-amz-object-if-match",
    `DeleteObjectAnnotation DeleteObjectVersionAnnotation PutObjectAnnotation
     PutObjectVersionAnnotation`,
  ],
  [
    "s3:annotation-prefix s3:max-annotation-results",
    "ListObjectAnnotations ListObjectVersionAnnotations",
  ],
  [
    `s3:object-lock-event-hold s3:object-lock-event-hold-duration-days s3:object-lock-mode
     s3:object-lock-remaining-retention-days s3:object-lock-retain-until-date`,
    "PutObject PutObjectRetention ReplicateObject",
  ],
  ["s3:object-lock-legal-hold", "PutObject PutObjectLegalHold"],
  ["s3:InventoryAccessibleOptionalFields", "PutInventoryConfiguration"],
  ["s3:isReplicationPauseRequest", "PutReplicationConfiguration"],
  ["s3:destinationRegion", "PauseReplication"],
  [
    "s3:deliverySourceArn s3:logType s3:resourceArnBeingAuthorized",
    "AllowVendedLogDeliveryForResource",
  ],
];

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

const ACTIONS_BY_KEY = new Map<string, readonly string[] | "any">([
  ...words(GENERAL).map((key) => [key.toLowerCase(), "any"] as const),
  ...SPECIFIC.flatMap(([keys, actions]) =>
    words(keys).map((key) => [key.toLowerCase(), words(actions)] as const),
  ),
]);

/**
 * The S3 actions, without their prefix, that a condition key can go with. Undefined: S3 has no such
 * key. Keys of other services, and global ones, go with any action.
 */
export function actionsOfConditionKey(key: string): readonly string[] | "any" | undefined {
  const lowerCased = key.toLowerCase();
  if (!lowerCased.startsWith("s3:")) {
    return lowerCased.includes(":") ? "any" : undefined;
  }
  const slash = lowerCased.indexOf("/");
  return ACTIONS_BY_KEY.get(slash === -1 ? lowerCased : lowerCased.slice(0, slash + 1));
}
