export const ACCOUNT = "111111111111";

/** An inline policy with variables. */
export const INLINE = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:GetObject"],
      Resource: "arn:aws:s3:::media/${aws:PrincipalTag/team}/${aws:RequestedRegion}/*",
    },
    {
      Effect: "Allow",
      Action: "ivs:*",
      Resource: "arn:aws:ivs:*:111111111111:channel/*",
      Condition: { StringEquals: { "aws:ResourceTag/team": "${aws:PrincipalTag/team}" } },
    },
    {
      Effect: "Deny",
      Action: "s3:Delete*",
      Resource: "arn:aws:s3:::media/*/protected/*",
      Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } },
    },
    {
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: "arn:aws:iam::*:role/app-*",
      Condition: { StringLike: { "iam:PassedToService": ["ec2.amazonaws.com", "ecs*"] } },
    },
  ],
});

const everyone = { Principal: "*" };
/** A bucket policy of eight statements. */
export const BUCKET = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      ...everyone,
      Effect: "Deny",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::media", "arn:aws:s3:::media/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      ...everyone,
      Effect: "Deny",
      Action: "s3:PutObject",
      Resource: "arn:aws:s3:::media/*",
      Condition: {
        StringNotEqualsIfExists: { "s3:x-amz-server-side-encryption": ["AES256", "aws:kms"] },
      },
    },
    { ...everyone, Effect: "Deny", Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::media" },
    {
      ...everyone,
      Effect: "Deny",
      Action: "s3:*",
      Resource: "arn:aws:s3:::media/secret/*",
      Condition: { NotIpAddress: { "aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"] } },
    },
    {
      Principal: { AWS: "222222222222" },
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::media/shared/*",
    },
    {
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/worker` },
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::media/shared/*",
    },
    {
      Principal: { Service: "ivs.amazonaws.com" },
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: "arn:aws:s3:::media/ivs/*",
    },
    {
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: "arn:aws:s3:::media",
      Condition: { StringLike: { "s3:prefix": ["home/*", "shared/*"] } },
    },
  ],
});
