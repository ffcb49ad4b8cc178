const PAGE = ["MaxKeys", "Delimiter", "EncodingType", "IsTruncated"];
const VERSION = ["Key", "VersionId", "IsLatest", "LastModified", "ETag"];

/**
 * The order of S3's elements, of which the model knows nothing: in recorded answers, the API
 * reference's examples, and the schema of S3's documents. Some clients read in it: the SDK for
 * Java, version 1, gives each bucket the owner that it has read so far.
 */
export const ELEMENT_ORDER: Readonly<Record<string, readonly string[]>> = {
  CopyObjectResult: ["LastModified"],
  CopyPartResult: ["LastModified"],
  DeleteMarkerEntry: VERSION,
  ListBucketsOutput: ["Owner"],
  ListObjectVersionsOutput: [
    ...["Name", "Prefix", "KeyMarker", "VersionIdMarker", "NextKeyMarker", "NextVersionIdMarker"],
    ...PAGE,
  ],
  ListObjectsOutput: ["Name", "Prefix", "Marker", "NextMarker", ...PAGE],
  ListObjectsV2Output: [
    ...["Name", "Prefix", "StartAfter", "ContinuationToken", "NextContinuationToken", "KeyCount"],
    ...PAGE,
  ],
  ListPartsOutput: ["Bucket", "Key", "UploadId", "Initiator", "Owner", "StorageClass"],
  MultipartUpload: ["Key", "UploadId", "Initiator", "Owner", "StorageClass", "Initiated"],
  ObjectVersion: [
    ...VERSION,
    ...["ChecksumAlgorithm", "ChecksumType", "Size", "Owner", "StorageClass"],
  ],
  Object: [
    ...["Key", "LastModified", "ETag", "ChecksumAlgorithm", "ChecksumType", "Size"],
    ...["Owner", "StorageClass"],
  ],
};

/** Versions and delete markers are one list, as in the API reference's example. */
export const MIXED_LISTS = { ListObjectVersionsOutput: ["Versions", "DeleteMarkers"] };
