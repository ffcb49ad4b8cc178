import {
  ACCOUNT,
  type Case,
  identity,
  of,
  rcp,
  resource,
  trust,
  webIdentity,
} from "./case.testing.ts";

const GITHUB = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
const SUBJECT = "token.actions.githubusercontent.com:sub";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/ci`;
const STAR = { Resource: "*" };
const OTHERS = { Resource: undefined, NotResource: ROLE };
const ALL_BUT = { Action: undefined, NotAction: "s3:*" };
const EITHER_SLR = ["CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE"] as const;

/** Cases of who may act: principals, trust policies, passed roles, organizations' policies. */
export const PRINCIPAL_CASES = {
  INVALID_PRINCIPAL_FORMAT: {
    found: resource({ Principal: ACCOUNT }),
    at: ["Statement.0.Principal"],
    quotes: [`"${ACCOUNT}"`],
    silent: resource({ Principal: { AWS: ACCOUNT } }),
  },
  INVALID_PRINCIPAL_KEY: {
    found: resource({ Principal: { AwS: ACCOUNT } }),
    at: ["Statement.0.Principal.[AwS]"],
    quotes: ['"AwS"'],
    silent: resource({ Principal: { AWS: ACCOUNT } }),
  },
  UNSUPPORTED_WILDCARD_IN_PRINCIPAL: {
    found: resource({ Principal: { AWS: ["*", `arn:aws:iam::${ACCOUNT}:role/*`] } }),
    at: ["Statement.0.Principal.AWS.1"],
    quotes: [`"arn:aws:iam::${ACCOUNT}:role/*"`],
    silent: resource({ Principal: { AWS: ["*"] } }),
  },
  EMPTY_ARRAY_PRINCIPAL: {
    found: resource({ Principal: { AWS: [] } }),
    at: ["Statement.0.Principal.AWS"],
    quotes: ["[]"],
    silent: resource({ Principal: { AWS: [ACCOUNT] } }),
  },
  EMPTY_OBJECT_PRINCIPAL: {
    found: resource({ Principal: {} }),
    at: ["Statement.0.Principal"],
    quotes: ["{}"],
    silent: resource({}),
  },
  INVALID_ROLE_REFERENCE: {
    found: resource({ Principal: { AWS: "AROAJQABLZS4A3QDU576Q" } }),
    at: ["Statement.0.Principal.AWS"],
    quotes: ['"AROAJQABLZS4A3QDU576Q"'],
    silent: resource({ Principal: { AWS: ROLE } }),
  },
  INVALID_USER_REFERENCE: {
    found: resource({ Principal: { AWS: "AIDAJQABLZS4A3QDU576Q" } }),
    at: ["Statement.0.Principal.AWS"],
    quotes: ['"AIDAJQABLZS4A3QDU576Q"'],
    silent: resource({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/ann` } }),
  },
  ALLOW_WITH_NOT_PRINCIPAL: {
    found: resource({ Principal: undefined, NotPrincipal: { AWS: ROLE } }),
    at: ["Statement.0.NotPrincipal"],
    quotes: [`{"AWS":"${ROLE}"}`],
    silent: resource({ Effect: "Deny", Principal: undefined, NotPrincipal: { AWS: ROLE } }),
  },
  FEDERATED_PRINCIPAL_NOT_SUPPORTED: {
    found: of("AWS::S3::Bucket", { Principal: { Federated: "accounts.google.com" } }),
    at: ["Statement.0.Principal.Federated"],
    quotes: ['"accounts.google.com"'],
    silent: of("AWS::S3::Bucket", {}),
  },
  RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL: {
    found: resource({ Principal: { Service: "cloudtrail.amazonaws.com" } }),
    at: ["Statement.0.Principal.Service"],
    quotes: ['"cloudtrail.amazonaws.com"'],
    silent: resource({
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
    }),
  },
  RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL: {
    found: resource({
      Principal: { Service: "ses.amazonaws.com" },
      Condition: { StringEquals: { "aws:referer": ACCOUNT } },
    }),
    at: ["Statement.0.Condition.StringEquals.[aws:referer]"],
    quotes: ['"aws:referer"'],
    silent: resource({
      Principal: { Service: "ses.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
    }),
  },
  UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL: {
    found: resource({
      Principal: { Service: "ses.amazonaws.com" },
      Condition: {
        StringEquals: { "aws:SourceAccount": ACCOUNT, "aws:PrincipalOrgID": "o-1234567890" },
      },
    }),
    at: ["Statement.0.Condition.StringEquals.[aws:PrincipalOrgID]"],
    quotes: ['"aws:PrincipalOrgID"'],
    silent: resource({
      Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } },
    }),
  },
  ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL: {
    found: trust({ Effect: "Deny", Principal: undefined, NotPrincipal: { AWS: ROLE } }),
    at: ["Statement.0.[NotPrincipal]"],
    quotes: ['"NotPrincipal"'],
    silent: trust({ Effect: "Deny", Principal: { AWS: ROLE } }),
  },
  ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL: {
    found: trust({ Principal: "*" }),
    at: ["Statement.0.Principal"],
    quotes: ['"*"'],
    silent: trust({ Principal: { AWS: "*" } }),
  },
  ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE: {
    found: trust({ Resource: ROLE }),
    at: ["Statement.0.[Resource]"],
    quotes: ['"Resource"'],
    silent: trust({}),
  },
  INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY: {
    found: trust({
      Principal: { Federated: "google" },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { "google:aud": "app" } },
    }),
    at: ["Statement.0.Principal.Federated"],
    quotes: ['"google"'],
    also: ["INVALID_SERVICE"],
    silent: webIdentity("accounts.google.com", {
      StringEquals: { "accounts.google.com:aud": "app" },
    }),
  },
  MISMATCHED_ACTION_FOR_PRINCIPAL: {
    found: trust({
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/corp` },
      Action: ["sts:AssumeRole", "sts:TagSession"],
    }),
    at: ["Statement.0.Action.0", "Statement.0.Principal.Federated"],
    quotes: ['"sts:AssumeRole"', `"arn:aws:iam::${ACCOUNT}:saml-provider/corp"`],
    silent: trust({
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/corp` },
      Action: ["sts:AssumeRoleWithSAML", "sts:TagSession"],
    }),
  },
  MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY: {
    found: trust({ Principal: { Service: "rolesanywhere.amazonaws.com" } }),
    at: ["Statement.0.Action", "Statement.0.Principal.Service"],
    quotes: ['"sts:AssumeRole"', '"rolesanywhere.amazonaws.com"'],
    silent: trust({
      Principal: { Service: "rolesanywhere.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
    }),
  },
  REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY: {
    found: trust({ Principal: { AWS: [ROLE, SESSION] } }),
    at: ["Statement.0.Principal.AWS.1", "Statement.0.Principal.AWS.0"],
    quotes: [`"${SESSION}"`, `"${ROLE}"`],
    silent: trust({ Principal: { AWS: [SESSION] } }),
  },
  MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL: {
    found: webIdentity("accounts.google.com", undefined),
    at: ["Statement.0.Principal.Federated"],
    quotes: ['"accounts.google.com"'],
    silent: webIdentity("accounts.google.com", {
      StringEquals: { "accounts.google.com:aud": "app" },
    }),
  },
  MISSING_GITHUB_REPO_CONDITION_KEY: {
    found: webIdentity(GITHUB, {
      StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
    }),
    at: ["Statement.0.Principal.Federated"],
    quotes: [`"${GITHUB}"`],
    silent: webIdentity(GITHUB, {
      StringEquals: { [SUBJECT]: "repo:octo-org/octo-repo:ref:refs/heads/main" },
    }),
  },
  SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED: {
    found: webIdentity(GITHUB, { StringLike: { [SUBJECT]: "repo:octo-org/octo-repo:*" } }),
    at: [`Statement.0.Condition.StringLike.${SUBJECT}`],
    quotes: ['"repo:octo-org/octo-repo:*"'],
    silent: webIdentity(GITHUB, {
      StringLike: { [SUBJECT]: "repo:octo-org/octo-repo:*" },
      StringEquals: { "token.actions.githubusercontent.com:ref": "refs/heads/main" },
    }),
  },
  PASS_ROLE_WITH_STAR_IN_RESOURCE: {
    found: identity({ Action: "iam:PassRole", ...STAR }),
    at: ["Statement.0.Action", "Statement.0.Resource"],
    quotes: ['"iam:PassRole"', '"*"'],
    silent: identity({
      ...{ Action: "iam:PassRole", ...STAR },
      Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
    }),
  },
  PASS_ROLE_WITH_NOT_RESOURCE: {
    found: identity({ Action: "iam:PassRole", ...OTHERS }),
    at: ["Statement.0.Action", "Statement.0.NotResource"],
    quotes: ['"iam:PassRole"', `"${ROLE}"`],
    silent: identity({ Action: "iam:PassRole", Resource: ROLE }),
  },
  PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE: {
    found: identity({ Action: "*", ...STAR }),
    at: ["Statement.0.Action", "Statement.0.Resource"],
    quotes: ['"*"', '"*"'],
    also: EITHER_SLR,
    silent: identity({ Action: "*", Resource: "arn:aws:s3:::media/*" }),
  },
  PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE: {
    found: identity({ Action: "iam:P*", ...OTHERS }),
    at: ["Statement.0.Action", "Statement.0.NotResource"],
    quotes: ['"iam:P*"', `"${ROLE}"`],
    silent: identity({ Action: "iam:G*", ...OTHERS }),
  },
  PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE: {
    found: identity({ ...ALL_BUT, ...OTHERS }),
    at: ["Statement.0.NotAction", "Statement.0.NotResource"],
    quotes: ['"s3:*"', `"${ROLE}"`],
    also: ["CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE"],
    silent: identity({ ...ALL_BUT, NotAction: "iam:*", ...OTHERS }),
  },
  PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION: {
    found: identity({ ...ALL_BUT, ...STAR }),
    at: ["Statement.0.NotAction", "Statement.0.Resource"],
    quotes: ['"s3:*"', '"*"'],
    also: ["CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"],
    silent: identity({ ...ALL_BUT, NotAction: "iam:*", ...STAR }),
  },
  CREATE_SLR_WITH_STAR_IN_RESOURCE: {
    found: identity({ Action: "iam:CreateServiceLinkedRole", ...STAR }),
    at: ["Statement.0.Action", "Statement.0.Resource"],
    quotes: ['"iam:CreateServiceLinkedRole"', '"*"'],
    silent: identity({
      ...{ Action: "iam:CreateServiceLinkedRole", ...STAR },
      Condition: { StringEquals: { "iam:AWSServiceName": "ivs.amazonaws.com" } },
    }),
  },
  CREATE_SLR_WITH_NOT_RESOURCE: {
    found: identity({ Action: "iam:CreateServiceLinkedRole", ...OTHERS }),
    at: ["Statement.0.Action", "Statement.0.NotResource"],
    quotes: ['"iam:CreateServiceLinkedRole"', `"${ROLE}"`],
    silent: identity({
      Action: "iam:CreateServiceLinkedRole",
      Resource: "arn:aws:iam::*:role/aws-service-role/ivs.amazonaws.com/*",
    }),
  },
  CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE: {
    found: identity({ Action: "iam:Create*", ...STAR }),
    at: ["Statement.0.Action", "Statement.0.Resource"],
    quotes: ['"iam:Create*"', '"*"'],
    silent: identity({ Action: "iam:Get*", ...STAR }),
  },
  CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE: {
    found: identity({ Action: "iam:C*", ...OTHERS }),
    at: ["Statement.0.Action", "Statement.0.NotResource"],
    quotes: ['"iam:C*"', `"${ROLE}"`],
    silent: identity({ Action: "iam:G*", ...OTHERS }),
  },
  CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE: {
    found: identity({ Action: undefined, NotAction: "iam:PassRole", ...OTHERS }),
    at: ["Statement.0.NotAction", "Statement.0.NotResource"],
    quotes: ['"iam:PassRole"', `"${ROLE}"`],
    silent: identity({ Action: undefined, NotAction: "iam:*", ...OTHERS }),
  },
  CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION: {
    found: identity({ Action: undefined, NotAction: "iam:PassRole", ...STAR }),
    at: ["Statement.0.NotAction", "Statement.0.Resource"],
    quotes: ['"iam:PassRole"', '"*"'],
    silent: identity({ Action: undefined, NotAction: "iam:*", ...STAR }),
  },
  RCP_SYNTAX_ERROR_PRINCIPAL: {
    found: rcp({ Principal: { AWS: ACCOUNT } }),
    at: ["Statement.0.Principal"],
    quotes: [`{"AWS":"${ACCOUNT}"}`],
    silent: rcp({ Principal: { AWS: "*" } }),
  },
  RCP_SYNTAX_ERROR_ALLOW: {
    found: rcp({ Effect: "Allow", Action: "*", Resource: "arn:aws:s3:::media" }),
    at: ["Statement.0"],
    quotes: ['{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::media"}'],
    silent: rcp({ Effect: "Allow", Action: "*" }),
  },
  RCP_SYNTAX_ERROR_NOTACTION: {
    found: rcp({ Action: undefined, NotAction: "s3:GetObject" }),
    at: ["Statement.0.[NotAction]"],
    quotes: ['"NotAction"'],
    silent: rcp({}),
  },
  RCP_SYNTAX_ERROR_ACTION: {
    found: rcp({ Action: ["s3:*", "lambda:InvokeFunction", "*"].slice(0, 2) }),
    at: ["Statement.0.Action.1"],
    quotes: ['"lambda:InvokeFunction"'],
    silent: rcp({ Action: ["s3:*", "sts:AssumeRole"] }),
  },
  RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY: {
    found: rcp({
      Condition: { StringNotEqualsIfExists: { "aws:PrincipalOrgID": "o-1234567890" } },
    }),
    at: ["Statement.0.Condition.StringNotEqualsIfExists.[aws:PrincipalOrgID]"],
    quotes: ['"aws:PrincipalOrgID"'],
    silent: rcp({
      Condition: {
        StringNotEqualsIfExists: { "aws:PrincipalOrgID": "o-1234567890" },
        BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
      },
    }),
  },
  RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY: {
    found: rcp({
      Condition: {
        StringNotEqualsIfExists: { "aws:SourceOrgID": "o-1234567890" },
        Null: { "aws:SourceAccount": "false" },
      },
    }),
    at: ["Statement.0.Condition.StringNotEqualsIfExists.[aws:SourceOrgID]"],
    quotes: ['"aws:SourceOrgID"'],
    silent: rcp({
      Condition: {
        StringNotEqualsIfExists: { "aws:SourceOrgID": "o-1234567890" },
        Null: { "aws:SourceAccount": "false" },
        Bool: { "aws:PrincipalIsAWSService": "true" },
      },
    }),
  },
  RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK: {
    found: rcp({
      Condition: {
        StringNotEqualsIfExists: { "aws:SourceOrgID": "o-1234567890" },
        Bool: { "aws:PrincipalIsAWSService": "true" },
      },
    }),
    at: ["Statement.0.Condition.StringNotEqualsIfExists.[aws:SourceOrgID]"],
    quotes: ['"aws:SourceOrgID"'],
    silent: rcp({
      Condition: {
        StringNotEqualsIfExists: { "aws:SourceOrgID": "o-1234567890" },
        Null: { "aws:SourceArn": "false" },
        Bool: { "aws:PrincipalIsAWSService": "true" },
      },
    }),
  },
} as const satisfies Readonly<Record<string, Case>>;
