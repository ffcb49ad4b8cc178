import { type Case, identity, webIdentity, when } from "./case.testing.ts";

/** Cases of conditions: operators, keys and types. */
export const CONDITION_CASES = {
  INVALID_CONDITION_OPERATOR: {
    found: when({ StringMatches: { "aws:username": "ann" } }),
    at: ["Statement.0.Condition.[StringMatches]"],
    quotes: ['"StringMatches"'],
    silent: when({ stringequalsifexists: { "aws:username": "ann" } }),
  },
  NULL_WITH_IF_EXISTS: {
    found: when({ NullIfExists: { "aws:username": "true" } }),
    at: ["Statement.0.Condition.[NullIfExists]"],
    quotes: ['"NullIfExists"'],
    silent: when({ Null: { "aws:username": "true" } }),
  },
  NULL_WITH_QUALIFIER: {
    found: when({ "ForAllValues:Null": { "aws:TagKeys": "true" } }),
    at: ["Statement.0.Condition.[ForAllValues:Null]"],
    quotes: ['"ForAllValues:Null"'],
    silent: when({ Null: { "aws:TagKeys": "true" } }),
  },
  EMPTY_OBJECT_CONDITION: {
    found: identity({ Condition: {} }),
    at: ["Statement.0.Condition"],
    quotes: ["{}"],
    silent: when({ StringEquals: { "aws:username": "ann" } }),
  },
  EMPTY_ARRAY_CONDITION: {
    found: when({ StringEquals: { "aws:username": [] } }),
    at: ["Statement.0.Condition.StringEquals.aws:username"],
    quotes: ["[]"],
    silent: when({ StringEquals: { "aws:username": ["ann"] } }),
  },
  EMPTY_ARRAY_CONDITION_FORALLVALUES: {
    found: when({ "ForAllValues:StringEquals": { "aws:TagKeys": [] } }),
    at: ["Statement.0.Condition.ForAllValues:StringEquals.aws:TagKeys"],
    quotes: ["[]"],
    silent: when({ "ForAllValues:StringEquals": { "aws:CalledVia": ["s3.amazonaws.com"] } }),
  },
  EMPTY_ARRAY_CONDITION_FORANYVALUE: {
    found: when({ "ForAnyValue:StringEquals": { "aws:CalledVia": [] } }),
    at: ["Statement.0.Condition.ForAnyValue:StringEquals.aws:CalledVia"],
    quotes: ["[]"],
    silent: when({ "ForAnyValue:StringEquals": { "aws:CalledVia": ["s3.amazonaws.com"] } }),
  },
  EMPTY_ARRAY_CONDITION_IFEXISTS: {
    found: when({ StringEqualsIfExists: { "aws:username": [] } }),
    at: ["Statement.0.Condition.StringEqualsIfExists.aws:username"],
    quotes: ["[]"],
    silent: when({ StringEqualsIfExists: { "aws:username": ["ann"] } }),
  },
  DUPLICATE_KEYS_WITH_DIFFERENT_CASE: {
    found: when({ StringEquals: { "aws:username": "ann", "aws:UserName": "bob" } }),
    at: [
      "Statement.0.Condition.StringEquals.[aws:username]",
      "Statement.0.Condition.StringEquals.[aws:UserName]",
    ],
    quotes: ['"aws:username"', '"aws:UserName"'],
    silent: when({ StringEquals: { "aws:username": "a" }, StringLike: { "aws:UserName": "b" } }),
  },
  INVALID_CONDITION_KEY_FORMAT: {
    found: when({ StringEquals: { username: "ann" } }),
    at: ["Statement.0.Condition.StringEquals.[username]"],
    quotes: ['"username"'],
    silent: when({ StringEquals: { "aws:username": "ann" } }),
  },
  MISSING_TAG_KEY_IN_CONDITION: {
    found: when({ StringEquals: { "aws:PrincipalTag/": "media" } }),
    at: ["Statement.0.Condition.StringEquals.[aws:PrincipalTag/]"],
    quotes: ['"aws:PrincipalTag/"'],
    details:
      "The condition key aws:PrincipalTag/ must include a tag key to control access based on " +
      "tags. Use the format aws:PrincipalTag/tag-key and specify a key name for tag-key.",
    silent: when({ StringEquals: { "aws:PrincipalTag/team": "media" } }),
  },
  UNSUPPORTED_GLOBAL_CONDITION_KEY: {
    found: when({ ArnLike: { "aws:ARN": "arn:aws:sns:us-east-1:111122223333:topic" } }),
    at: ["Statement.0.Condition.ArnLike.[aws:ARN]"],
    quotes: ['"aws:ARN"'],
    silent: when({ ArnLike: { "aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:topic" } }),
  },
  DEPRECATED_GLOBAL_CONDITION_KEY: {
    found: when({ ArnLike: { "aws:ARN": "arn:aws:iam::111122223333:role/r" } }),
    at: ["Statement.0.Condition.ArnLike.[aws:ARN]"],
    quotes: ['"aws:ARN"'],
    silent: when({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/r" } }),
  },
  INVALID_GLOBAL_CONDITION_KEY: {
    found: when({ StringEquals: { "aws:PrincipalOrgMasterAccountId": "111122223333" } }),
    at: ["Statement.0.Condition.StringEquals.[aws:PrincipalOrgMasterAccountId]"],
    quotes: ['"aws:PrincipalOrgMasterAccountId"'],
    silent: when({ StringEquals: { "aws:PrincipalAccount": "111122223333" } }),
  },
  INVALID_SERVICE_CONDITION_KEY: {
    found: when({ StringEquals: { "s3:prefx": "a" } }),
    at: ["Statement.0.Condition.StringEquals.[s3:prefx]"],
    quotes: ['"s3:prefx"'],
    details:
      "The condition key s3:prefx does not exist in the service s3. Use a valid condition key.",
    silent: when({ StringEquals: { "s3:VersionId": "a" } }),
  },
  MISSING_QUALIFIER: {
    found: when({ StringEquals: { "aws:CalledVia": "s3.amazonaws.com" } }),
    at: ["Statement.0.Condition.StringEquals.[aws:CalledVia]"],
    quotes: ['"aws:CalledVia"'],
    silent: when({ "ForAnyValue:StringEquals": { "aws:CalledVia": "s3.amazonaws.com" } }),
  },
  FORALLVALUES_WITH_SINGLE_VALUED_KEY: {
    found: when({ "ForAllValues:StringEquals": { "aws:username": "ann" } }),
    at: ["Statement.0.Condition.ForAllValues:StringEquals.[aws:username]"],
    quotes: ['"aws:username"'],
    silent: when({ "ForAllValues:StringEquals": { "aws:username": "ann" } }, { Effect: "Deny" }),
  },
  FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE: {
    found: webIdentity("accounts.google.com", {
      "ForAnyValue:StringEquals": { "accounts.google.com:aud": "app" },
    }),
    at: ["Statement.0.Condition.ForAnyValue:StringEquals.[accounts.google.com:aud]"],
    quotes: ['"accounts.google.com:aud"'],
    silent: webIdentity("accounts.google.com", {
      StringEquals: { "accounts.google.com:aud": "app" },
    }),
  },
  CONFIRM_AUDIENCE_CLAIM_TYPE: {
    found: webIdentity("arn:aws:iam::111122223333:oidc-provider/id.example.com", {
      "ForAllValues:StringEquals": { "id.example.com:aud": "app" },
    }),
    at: ["Statement.0.Condition.ForAllValues:StringEquals.[id.example.com:aud]"],
    quotes: ['"id.example.com:aud"'],
    silent: webIdentity("arn:aws:iam::111122223333:oidc-provider/id.example.com", {
      StringEquals: { "id.example.com:aud": "app" },
    }),
  },
  INVALID_CONDITION_DATA_TYPE: {
    found: when({ StringEquals: { "aws:username": ["ann", 5] } }),
    at: ["Statement.0.Condition.StringEquals.aws:username"],
    quotes: ['["ann",5]'],
    silent: when({ StringEquals: { "aws:username": ["ann", "5"] } }),
  },
  INVALID_CONDITION_MULTIPLE_BOOLEAN: {
    found: when({ Bool: { "aws:SecureTransport": [true, false] } }),
    at: ["Statement.0.Condition.Bool.aws:SecureTransport"],
    quotes: ["[true,false]"],
    silent: when({ Bool: { "aws:SecureTransport": [true] } }),
  },
  TYPE_MISMATCH: {
    found: when({ StringEquals: { "aws:SecureTransport": "true" } }),
    at: ["Statement.0.Condition.StringEquals.[aws:SecureTransport]"],
    quotes: ['"aws:SecureTransport"'],
    details:
      "Use the operator type Boolean instead of operator string for the condition key " +
      "aws:SecureTransport.",
    silent: when({ Bool: { "aws:SecureTransport": "true" } }),
  },
  STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS: {
    found: when({ StringLike: { "aws:SourceArn": "arn:aws:sns:*:111122223333:t" } }),
    at: ["Statement.0.Condition.StringLike.[aws:SourceArn]"],
    quotes: ['"aws:SourceArn"'],
    details:
      "Use the operator type ARN instead of operator string for the condition key aws:SourceArn.",
    silent: when({ StringEquals: { "aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:t" } }),
  },
  TYPE_MISMATCH_BOOLEAN: {
    found: when({ Bool: { "aws:SecureTransport": "yes" } }),
    at: ["Statement.0.Condition.Bool.aws:SecureTransport"],
    quotes: ['"yes"'],
    silent: when({ Bool: { "aws:SecureTransport": "TRUE" } }),
  },
  TYPE_MISMATCH_NUMBER: {
    found: when({ NumericLessThan: { "aws:MultiFactorAuthAge": "1h" } }),
    at: ["Statement.0.Condition.NumericLessThan.aws:MultiFactorAuthAge"],
    quotes: ['"1h"'],
    silent: when({ NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } }),
  },
  TYPE_MISMATCH_DATE: {
    found: when({ DateLessThan: { "aws:CurrentTime": "tomorrow" } }),
    at: ["Statement.0.Condition.DateLessThan.aws:CurrentTime"],
    quotes: ['"tomorrow"'],
    silent: when({ DateLessThan: { "aws:CurrentTime": "2026-11-28T00:00:00Z" } }),
  },
  INVALID_DATE_VALUE: {
    found: when({ DateLessThan: { "aws:CurrentTime": "2021" } }),
    at: ["Statement.0.Condition.DateLessThan.aws:CurrentTime"],
    quotes: ['"2021"'],
    details:
      "The date 2021 might not resolve as expected. We recommend that you use the YYYY-MM-DD " +
      "format.",
    silent: when({ DateLessThan: { "aws:CurrentTime": "2021-01-01" } }),
  },
  TYPE_MISMATCH_STRING: {
    found: when({ BinaryEquals: { "aws:username": "a b" } }),
    at: ["Statement.0.Condition.BinaryEquals.aws:username"],
    quotes: ['"a b"'],
    silent: when({ BinaryEquals: { "aws:username": "aGk=" } }),
  },
  TYPE_MISMATCH_IP_RANGE: {
    found: when({ IpAddress: { "aws:SourceIp": "203.0.113.0/33" } }),
    at: ["Statement.0.Condition.IpAddress.aws:SourceIp"],
    quotes: ['"203.0.113.0/33"'],
    silent: when({ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } }),
  },
  IMPROVE_IP_RANGE: {
    found: when({ IpAddress: { "aws:SourceIp": "203.0.113.7/24" } }),
    at: ["Statement.0.Condition.IpAddress.aws:SourceIp"],
    quotes: ['"203.0.113.7/24"'],
    details:
      "The non-zero bits in the IP address after the masked bits are ignored. Replace address " +
      "with 203.0.113.0/24.",
    silent: when({ IpAddress: { "aws:SourceIp": "2001:db8::/32" } }),
  },
  PRIVATE_IP_ADDRESS: {
    found: when({ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "fd00::/8"] } }),
    at: ["Statement.0.Condition.IpAddress.aws:SourceIp"],
    quotes: ['["10.0.0.0/8","fd00::/8"]'],
    silent: when({ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } }),
  },
  PRIVATE_NOT_IP_ADDRESS: {
    found: when({ NotIpAddress: { "aws:SourceIp": "192.168.1.0/24" } }, { Effect: "Deny" }),
    at: ["Statement.0.Condition.NotIpAddress.aws:SourceIp"],
    quotes: ['"192.168.1.0/24"'],
    silent: when({ NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } }, { Effect: "Deny" }),
  },
  PRIVATE_IP_ADDRESS_SUBSET: {
    found: when({ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"] } }),
    at: ["Statement.0.Condition.IpAddress.aws:SourceIp"],
    quotes: ['["10.0.0.0/8","203.0.113.0/24"]'],
    silent: when({ IpAddress: { "aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"] } }),
  },
  PRIVATE_NOT_IP_ADDRESS_SUBSET: {
    found: when({ NotIpAddress: { "aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"] } }),
    at: ["Statement.0.Condition.NotIpAddress.aws:SourceIp"],
    quotes: ['["10.0.0.0/8","203.0.113.0/24"]'],
    silent: when({ NotIpAddress: { "aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"] } }),
  },
} as const satisfies Readonly<Record<string, Case>>;
