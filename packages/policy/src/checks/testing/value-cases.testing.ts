import { type Case, of, scp, trust, when } from "./case.testing.ts";

const KEY_ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd";
const SSE_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/** Cases of conditions' values, and of keys that belong together or to certain actions. */
export const VALUE_CASES = {
  INVALID_VARIABLE_FOR_OPERATOR: {
    found: when({ NumericLessThan: { "aws:MultiFactorAuthAge": "${aws:PrincipalTag/age}" } }),
    at: ["Statement.0.Condition.NumericLessThan.aws:MultiFactorAuthAge.@0+23"],
    quotes: ["${aws:PrincipalTag/age}"],
    silent: when({ StringEquals: { "aws:username": "${aws:PrincipalTag/name}" } }),
  },
  WILDCARD_WITHOUT_LIKE_OPERATOR: {
    found: when({ StringEquals: { "aws:username": "an*" } }),
    at: ["Statement.0.Condition.StringEquals.aws:username"],
    quotes: ['"an*"'],
    silent: when({ StringLike: { "aws:username": "an*" } }),
  },
  INVALID_REGION: {
    found: when({ StringEquals: { "aws:RequestedRegion": ["us-east-1", "us-east-9"] } }),
    at: ["Statement.0.Condition.StringEquals.aws:RequestedRegion.1"],
    quotes: ['"us-east-9"'],
    silent: when({ StringLike: { "aws:RequestedRegion": "eu-*" } }),
  },
  INVALID_VPC_FORMAT: {
    found: when({ StringEquals: { "aws:SourceVpc": "vpc-123" } }),
    at: ["Statement.0.Condition.StringEquals.aws:SourceVpc"],
    quotes: ['"vpc-123"'],
    silent: when({ StringEquals: { "aws:SourceVpc": "vpc-0123456789abcdef0" } }),
  },
  INVALID_VPCE_FORMAT: {
    found: when({ StringEquals: { "aws:SourceVpce": "vpc-12345678" } }),
    at: ["Statement.0.Condition.StringEquals.aws:SourceVpce"],
    quotes: ['"vpc-12345678"'],
    silent: when({ StringEquals: { "aws:SourceVpce": "vpce-12345678" } }),
  },
  INVALID_KMS_KEY_VALUE: {
    found: when({ StringEquals: { [SSE_KEY]: "1234abcd" } }, { Action: "s3:PutObject" }),
    at: [`Statement.0.Condition.StringEquals.${SSE_KEY}`],
    quotes: ['"1234abcd"'],
    silent: when({ StringEquals: { [SSE_KEY]: KEY_ARN } }, { Action: "s3:PutObject" }),
  },
  INVALID_SERVICE_PRINCIPAL_FORMAT: {
    found: when({ "ForAnyValue:StringEquals": { "aws:CalledVia": "cloudformation" } }),
    at: ["Statement.0.Condition.ForAnyValue:StringEquals.aws:CalledVia"],
    quotes: ['"cloudformation"'],
    silent: when({
      "ForAnyValue:StringEquals": { "aws:CalledVia": "cloudformation.amazonaws.com" },
    }),
  },
  REDUNDANT_CONDITION_VALUE_NUM: {
    found: when({ NumericLessThan: { "aws:MultiFactorAuthAge": ["300", "3600"] } }),
    at: ["Statement.0.Condition.NumericLessThan.aws:MultiFactorAuthAge"],
    quotes: ['["300","3600"]'],
    details:
      "Multiple values in NumericLessThan are redundant. Replace with the greatest single value " +
      "for aws:MultiFactorAuthAge.",
    silent: when({ NumericEquals: { "aws:MultiFactorAuthAge": ["300", "3600"] } }),
  },
  EQUIVALENT_TO_NULL_FALSE: {
    found: when({ StringLike: { "aws:PrincipalTag/team": "*" } }),
    at: ["Statement.0.Condition.StringLike.aws:PrincipalTag/team"],
    quotes: ['"*"'],
    details:
      "We recommend replacing the key aws:PrincipalTag/team in the condition block of StringLike " +
      "with {aws:PrincipalTag/team: false} to ensure better enforcement of the condition.",
    silent: when({ StringLike: { "aws:PrincipalTag/team": "m*" } }),
  },
  EQUIVALENT_TO_NULL_TRUE: {
    found: when({ StringNotLike: { "aws:PrincipalTag/team": "*" } }),
    at: ["Statement.0.Condition.StringNotLike.aws:PrincipalTag/team"],
    quotes: ['"*"'],
    silent: when({ StringNotLike: { "aws:PrincipalTag/team": "m*" } }),
  },
  REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION: {
    found: when({ StringLikeIfExists: { "aws:username": "*" } }),
    at: ["Statement.0.Condition.StringLikeIfExists.aws:username"],
    quotes: ['"*"'],
    silent: when({ StringLikeIfExists: { "aws:username": "a*" } }),
  },
  REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION: {
    found: when({ "ForAnyValue:StringNotLike": { "aws:CalledVia": "*" } }),
    at: ["Statement.0.Condition.ForAnyValue:StringNotLike.aws:CalledVia"],
    quotes: ['"*"'],
    silent: when({ "ForAnyValue:StringNotLike": { "aws:CalledVia": "s3.*" } }),
  },
  WILDCARD_USAGE_TOO_PERMISSIVE: {
    found: when({ StringLike: { "aws:PrincipalOrgID": "o-*" } }),
    at: ["Statement.0.Condition.StringLike.aws:PrincipalOrgID"],
    quotes: ['"o-*"'],
    silent: when({ StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } }),
  },
  VARIABLE_USAGE_TOO_PERMISSIVE: {
    found: when({ StringLike: { "aws:SourceAccount": "${aws:PrincipalTag/account}" } }),
    at: ["Statement.0.Condition.StringLike.aws:SourceAccount"],
    quotes: ['"${aws:PrincipalTag/account}"'],
    silent: when({ StringEquals: { "aws:SourceAccount": "${aws:PrincipalAccount}" } }),
  },
  UNTRUSTWORTHY_CONDITION_KEY: {
    found: when({ StringEquals: { "aws:referer": "https://media.example.com/" } }),
    at: ["Statement.0.Condition.StringEquals.[aws:referer]"],
    quotes: ['"aws:referer"'],
    silent: when({ StringEquals: { "aws:username": "ann" } }),
  },
  S3_PREFIX_IN_NEGATIVE_CONTEXT: {
    found: when(
      { StringLike: { "s3:prefix": "private/*" } },
      { Effect: "Deny", Action: "s3:ListBucket" },
    ),
    at: ["Statement.0.Condition.StringLike.[s3:prefix]"],
    quotes: ['"s3:prefix"'],
    silent: when(
      { StringNotLike: { "s3:prefix": "public/*" } },
      { Effect: "Deny", Action: "s3:ListBucket" },
    ),
  },
  DYNAMODB_ATTRIBUTES_WITHOUT_SELECT: {
    found: when(
      { "ForAllValues:StringEquals": { "dynamodb:Attributes": ["Id"] } },
      { Action: "dynamodb:Query", Resource: "*" },
    ),
    at: ["Statement.0.Condition.ForAllValues:StringEquals.[dynamodb:Attributes]"],
    quotes: ['"dynamodb:Attributes"'],
    silent: when(
      {
        "ForAllValues:StringEquals": { "dynamodb:Attributes": ["Id"] },
        StringEqualsIfExists: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
      },
      { Action: "dynamodb:Query", Resource: "*" },
    ),
  },
  USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES: {
    found: scp({
      Action: "*",
      Condition: { StringNotEquals: { "aws:VpceOrgID": "o-1234567890" } },
    }),
    at: ["Statement.0.Condition.StringNotEquals.[aws:VpceOrgID]"],
    quotes: ['"aws:VpceOrgID"'],
    silent: scp({
      Action: "s3:*",
      Condition: { StringNotEquals: { "aws:VpceOrgID": "o-1234567890" } },
    }),
  },
  MISSING_PAIRED_CONDITION_KEYS: {
    found: when({ IpAddress: { "aws:VpcSourceIp": "10.0.0.0/8" } }),
    at: ["Statement.0.Condition.IpAddress.[aws:VpcSourceIp]"],
    quotes: ['"aws:VpcSourceIp"'],
    silent: when({
      IpAddress: { "aws:VpcSourceIp": "10.0.0.0/8" },
      StringEquals: { "aws:SourceVpc": "vpc-12345678" },
    }),
  },
  IRRELEVANT_CONDITION_KEY_IN_POLICY: {
    found: of("AWS::S3::Bucket", {
      Condition: { StringEquals: { "s3:ResourceAccount": "111122223333" } },
    }),
    at: ["Statement.0.Condition.StringEquals.[s3:ResourceAccount]"],
    quotes: ['"s3:ResourceAccount"'],
    silent: when({ StringEquals: { "s3:ResourceAccount": "111122223333" } }),
  },
  UNSUPPORTED_ACTION_FOR_CONDITION_KEY: {
    found: when(
      { StringLike: { "s3:prefix": "a/*" } },
      { Action: ["s3:ListBucket", "s3:GetObject"], Resource: "*" },
    ),
    at: ["Statement.0.Action.1", "Statement.0.Condition.StringLike.s3:prefix"],
    quotes: ['"s3:GetObject"', '"a/*"'],
    silent: when(
      { StringLike: { "s3:prefix": "a/*" } },
      { Action: ["s3:ListBucket", "s3:G*"], Resource: "*" },
    ),
  },
  MISSING_ACTION_FOR_CONDITION_KEY: {
    found: trust({ Condition: { StringLike: { "sts:SourceIdentity": "a*" } } }),
    at: ["Statement.0.Action", "Statement.0.Condition.StringLike.[sts:SourceIdentity]"],
    quotes: ['"sts:AssumeRole"', '"sts:SourceIdentity"'],
    silent: trust({
      Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
      Condition: { StringLike: { "sts:SourceIdentity": "a*" } },
    }),
  },
  ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: {
    found: when({ StringEquals: { "aws:ResourceTag/team": "a" } }),
    at: ["Statement.0.Action", "Statement.0.Condition.StringEquals.aws:ResourceTag/team"],
    quotes: ['"s3:GetObject"', '"a"'],
    silent: when(
      { StringEquals: { "aws:ResourceTag/team": "a" } },
      { Action: "ec2:StopInstances", Resource: "*" },
    ),
  },
  ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: {
    found: when(
      { StringEquals: { "aws:ResourceTag/team": "a" } },
      { Action: undefined, NotAction: "iam:*" },
    ),
    at: ["Statement.0.NotAction", "Statement.0.Condition.StringEquals.aws:ResourceTag/team"],
    quotes: ['"iam:*"', '"a"'],
    silent: when(
      { StringEquals: { "aws:PrincipalTag/team": "a" } },
      { Action: undefined, NotAction: "iam:*" },
    ),
  },
  DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: {
    found: when({ StringEquals: { "aws:ResourceTag/team": "a" } }, { Effect: "Deny" }),
    at: ["Statement.0.Action", "Statement.0.Condition.StringEquals.aws:ResourceTag/team"],
    quotes: ['"s3:GetObject"', '"a"'],
    silent: when({ StringNotEquals: { "aws:ResourceTag/team": "a" } }, { Effect: "Deny" }),
  },
  DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: {
    found: when(
      { StringEquals: { "aws:ResourceTag/team": "a" } },
      { Effect: "Deny", Action: undefined, NotAction: "iam:*" },
    ),
    at: ["Statement.0.NotAction", "Statement.0.Condition.StringEquals.aws:ResourceTag/team"],
    quotes: ['"iam:*"', '"a"'],
    silent: when(
      { StringNotEquals: { "aws:ResourceTag/team": "a" } },
      { Effect: "Deny", Action: undefined, NotAction: "iam:*" },
    ),
  },
} as const satisfies Readonly<Record<string, Case>>;
