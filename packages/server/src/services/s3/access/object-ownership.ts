import { AwsError } from "../../../kernel/aws-error.ts";

const OWNERSHIPS = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;

type Ownership = (typeof OWNERSHIPS)[number];

export function isOwnership(text: string | null | undefined): text is Ownership {
  return OWNERSHIPS.some((ownership) => ownership === text);
}

/** The refusal of a bucket whose ACL grants something although there are to be no ACLs. */
export function aclWithoutAcls(bucketName?: string): AwsError {
  return new AwsError(
    "InvalidBucketAclWithObjectOwnership",
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    { status: 400, ...(bucketName === undefined ? {} : { fields: { BucketName: bucketName } }) },
  );
}
