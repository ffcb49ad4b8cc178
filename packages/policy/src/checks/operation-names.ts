/** Operations whose permission has another name. Source: "Actions" of S3's API reference. */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  "s3:createmultipartupload": "s3:PutObject",
  "s3:completemultipartupload": "s3:PutObject",
  "s3:copyobject": "s3:PutObject",
  "s3:deleteobjects": "s3:DeleteObject",
  "s3:headbucket": "s3:ListBucket",
  "s3:headobject": "s3:GetObject",
  "s3:listbuckets": "s3:ListAllMyBuckets",
  "s3:listmultipartuploads": "s3:ListBucketMultipartUploads",
  "s3:listobjects": "s3:ListBucket",
  "s3:listobjectsv2": "s3:ListBucket",
  "s3:listobjectversions": "s3:ListBucketVersions",
  "s3:uploadpart": "s3:PutObject",
};
