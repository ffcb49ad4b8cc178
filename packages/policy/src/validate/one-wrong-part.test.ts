import { describe, expect, it } from "vitest";
import { validatePolicy } from "./validate-policy.ts";

/*
 * ARNs of trust and bucket policies that are wrong in exactly one part, so that no other part can
 * be what they are refused for.
 */

const ACCOUNT = "111111111111";

interface Parts {
  readonly prefix: string;
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

type Wrong = Partial<Parts>;

function arnOf({ prefix, partition, service, region, account, resource }: Parts): string {
  return [prefix, partition, service, region, account, resource].join(":");
}

function partsOf(arn: string): Parts {
  const [prefix = "", partition = "", service = "", region = "", account = "", ...rest] =
    arn.split(":");
  return { prefix, partition, service, region, account, resource: rest.join(":") };
}

/** Wrong for every ARN of a principal. */
const ANY: readonly Wrong[] = [
  ...["", "ARN", "arm", "aws"].map((prefix) => ({ prefix })),
  ...["", "nope", "AWS", "aws-", "*", "awss"].map((partition) => ({ partition })),
  ...["", "s3", "sns", "IAM", "*"].map((service) => ({ service })),
  ...["us-east-1", "*", " "].map((region) => ({ region })),
  ...["", "*", "11111111111", "1111111111111", "11111111111a", "aws"].map((account) => ({
    account,
  })),
  ...["", "*", "/", "root/", "Root", "group/g", "user", "user*", "role"].map((resource) => ({
    resource,
  })),
];

const PRINCIPALS: readonly (readonly [good: string, wrong: readonly Wrong[]])[] = [
  [`arn:aws:iam::${ACCOUNT}:root`, [{ service: "sts" }, { resource: "root*" }]],
  [
    `arn:aws:iam::${ACCOUNT}:user/path/name`,
    [
      { service: "sts" },
      ...["user/", "user/path/", "users/name", "user/na me", "user/na*me", "user/p?th/name"].map(
        (resource) => ({ resource }),
      ),
    ],
  ],
  [
    `arn:aws:iam::${ACCOUNT}:role/name`,
    [{ service: "sts" }, { resource: "role/" }, { resource: "roles/name" }],
  ],
  [
    `arn:aws:sts::${ACCOUNT}:assumed-role/role/session`,
    [
      { service: "iam" },
      ...["role", "role/", "/session", "role/session/more", "ro le/session"].map((rest) => ({
        resource: `assumed-role/${rest}`,
      })),
    ],
  ],
  [
    `arn:aws:sts::${ACCOUNT}:federated-user/name`,
    [
      { service: "iam" },
      { resource: "federated-user/" },
      { resource: "federated-user/name/more" },
      { resource: "federated/name" },
    ],
  ],
];

const RESOURCES: readonly Wrong[] = [
  ...["", "ARN", "arm"].map((prefix) => ({ prefix })),
  ...["", "nope", "AWS", "awss"].map((partition) => ({ partition })),
  ...["", "sns", "s3-object-lambda", "S3", "s3*"].map((service) => ({ service })),
  ...["us-east-1", "*"].map((region) => ({ region })),
  ...[ACCOUNT, "*"].map((account) => ({ account })),
  ...["", "/", "/key", "other/*", "b-/*", "ab/*", "B/*", "?b/*", "c*"].map((resource) => ({
    resource,
  })),
];

function firstFinding(kind: "trust" | "bucket", changes: object): string | undefined {
  const trust = { Action: "sts:AssumeRole" };
  const bucket = { Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };
  const statement = { Effect: "Allow", ...(kind === "trust" ? trust : bucket), ...changes };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return validatePolicy(text, kind, { bucketName: "b" })[0]?.message;
}

describe.each(["trust", "bucket"] as const)("a %s policy takes no principal", (kind) => {
  it.each(PRINCIPALS)("like %s with one wrong part", (good, wrong) => {
    expect(firstFinding(kind, { Principal: { AWS: good } })).toBeUndefined();
    const arns = [...ANY, ...wrong].map((part) => arnOf({ ...partsOf(good), ...part }));
    const taken = arns.filter(
      (arn) => firstFinding(kind, { Principal: { AWS: arn } }) === undefined,
    );
    expect(taken).toEqual([]);
    // Not even beside one that is right.
    const beside = arns.filter(
      (arn) => firstFinding(kind, { Principal: { AWS: [good, arn] } }) === undefined,
    );
    expect(beside).toEqual([]);
  });
});

describe("a bucket policy takes no resource", () => {
  const good = "arn:aws:s3:::b/*";

  it.each(["Resource", "NotResource"])("in %s with one wrong part", (element) => {
    const finding = (arn: string | readonly string[]) =>
      firstFinding("bucket", { Principal: "*", Resource: undefined, [element]: arn });
    expect(finding(good)).toBeUndefined();
    const arns = RESOURCES.map((part) => arnOf({ ...partsOf(good), ...part }));
    const message = "Policy has invalid resource";
    expect(arns.filter((arn) => finding(arn) !== message)).toEqual([]);
    expect(arns.filter((arn) => finding([good, arn]) !== message)).toEqual([]);
  });
});

describe("a trust policy takes no provider", () => {
  const kinds = ["saml-provider/corp", "oidc-provider/login.example.com"];

  it.each(kinds)("like %s with one wrong part", (resource) => {
    const good = partsOf(`arn:aws:iam::${ACCOUNT}:${resource}`);
    const finding = (arn: string) =>
      firstFinding("trust", {
        Principal: { Federated: arn },
        Action: "sts:AssumeRoleWithSAML",
      });
    expect(finding(arnOf(good))).toBeUndefined();
    const wrong: readonly Wrong[] = [
      ...["", "ARN", "arm"].map((prefix) => ({ prefix })),
      ...["", "NOPE", "*"].map((partition) => ({ partition })),
      ...["", "sts", "IAM"].map((service) => ({ service })),
      ...["us-east-1", "*"].map((region) => ({ region })),
      ...["", "*", "11111111111", "1111111111111"].map((account) => ({ account })),
      ...["", "provider/corp", "saml-provider/", "oidc-provider/", "saml-provider/*"].map(
        (other) => ({ resource: other }),
      ),
    ];
    const taken = wrong
      .map((part) => arnOf({ ...good, ...part }))
      .filter((arn) => finding(arn) === undefined);
    expect(taken).toEqual([]);
  });
});
