import { ECR } from "@aws-sdk/client-ecr";
import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { SSM } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, type AssumeRoleCommandInput } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * The resources of CDK's bootstrap stack (version 33 of its template), made by the calls of their
 * services, and what CDK's command then does with them under their roles.
 */

const ACCOUNT = "000000000000";
const SUFFIX = `${ACCOUNT}-us-east-1`;
const BUCKET = `cdk-hnb659fds-assets-${SUFFIX}`;
const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`;
const REPOSITORY = `cdk-hnb659fds-container-assets-${SUFFIX}`;
const VERSION = "/cdk-bootstrap/hnb659fds/version";
const USES_OF_KEYS = [
  ...["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"],
  ...["kms:ReEncrypt*", "kms:GenerateDataKey*"],
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await makeBucket();
  await makeRepository();
  await makeRoles();
  await clientOf(SSM, ROOT).putParameter({ Name: VERSION, Type: "String", Value: "33" });
});
afterAll(() => server?.close());

function clientOf<Client>(type: new (config: object) => Client, credentials: Key): Client {
  const { endpoint } = server;
  return new type({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}

const allow = (Action: string | readonly string[], Resource: string | readonly string[] = "*") => ({
  ...{ Effect: "Allow", Action, Resource },
});

async function makeBucket(): Promise<void> {
  const client = server.clients().s3;
  const Bucket = BUCKET;
  await client.send(new s3.CreateBucketCommand({ Bucket, ACL: "private" }));
  const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" as const } };
  await client.send(
    new s3.PutBucketEncryptionCommand({
      ...{ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } },
    }),
  );
  await client.send(
    new s3.PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
        ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
      },
    }),
  );
  const VersioningConfiguration = { Status: "Enabled" as const };
  await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const Status = "Enabled";
  // CloudFormation sends rules without a filter with an empty prefix.
  const Rules = [
    {
      ...({ ID: "CleanupOldVersions", Status, Prefix: "" } as const),
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
    },
    {
      ...({ ID: "AbortIncompleteMultipartUploads", Status, Prefix: "" } as const),
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
  ];
  const LifecycleConfiguration = { Rules };
  await client.send(
    new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }),
  );
  const Statement = [
    {
      ...{ Sid: "AllowSSLRequestsOnly", Action: "s3:*", Effect: "Deny", Principal: "*" },
      Resource: [BUCKET_ARN, `${BUCKET_ARN}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ];
  const Policy = JSON.stringify({ Id: "AccessControl", Version: "2012-10-17", Statement });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
}

async function makeRepository(): Promise<void> {
  const ecr = clientOf(ECR, ROOT);
  const repositoryName = REPOSITORY;
  await ecr.createRepository({ repositoryName, imageTagMutability: "IMMUTABLE" });
  const rule = {
    ...{ rulePriority: 1, description: "Untagged images expire", action: { type: "expire" } },
    selection: {
      ...{ tagStatus: "untagged", countType: "sinceImagePushed" },
      ...{ countUnit: "days", countNumber: 365 },
    },
  };
  const lifecyclePolicyText = JSON.stringify({ rules: [rule] }, undefined, 2);
  await ecr.putLifecyclePolicy({ repositoryName, lifecyclePolicyText });
  const Statement = [
    {
      ...{ Sid: "LambdaECRImageRetrievalPolicy", Effect: "Allow" },
      Principal: { Service: "lambda.amazonaws.com" },
      Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Condition: {
        StringLike: { "aws:sourceArn": `arn:aws:lambda:us-east-1:${ACCOUNT}:function:*` },
      },
    },
  ];
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement });
  await ecr.setRepositoryPolicy({ repositoryName, policyText });
}

async function makeRoles(): Promise<void> {
  const client = server.clients().iam;
  const put = (RoleName: string, statements: readonly object[]) =>
    client.send(
      new iam.PutRolePolicyCommand({
        ...{ RoleName, PolicyName: "default" },
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
      }),
    );
  const attach = (RoleName: string, name: string) =>
    client.send(
      new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/${name}` }),
    );
  for (const name of ["file-publishing", "image-publishing", "lookup", "deploy"]) {
    const Principal = { AWS: ACCOUNT };
    const Condition = { Null: { "sts:ExternalId": "true" } };
    // The template has no Version here.
    const Statement = [
      { Action: "sts:AssumeRole", Effect: "Allow", Principal, Condition },
      { Action: "sts:TagSession", Effect: "Allow", Principal },
    ];
    await client.send(
      new iam.CreateRoleCommand({
        RoleName: roleName(name),
        AssumeRolePolicyDocument: JSON.stringify({ Statement }),
        Tags: [{ Key: "aws-cdk:bootstrap-role", Value: name }],
      }),
    );
  }
  const service = { Service: "cloudformation.amazonaws.com" };
  const Statement = [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: service }];
  await client.send(
    new iam.CreateRoleCommand({
      RoleName: roleName("cfn-exec"),
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
  await attach(roleName("cfn-exec"), "AdministratorAccess");
  await attach(roleName("lookup"), "ReadOnlyAccess");
  await put(roleName("lookup"), [{ ...allow("kms:Decrypt"), Effect: "Deny" }]);
  await attach(roleName("deploy"), "AWSCloudFormationReadOnlyAccess");
  const bucket = [BUCKET_ARN, `${BUCKET_ARN}/*`];
  await put(roleName("deploy"), [
    allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"], bucket),
    allow(
      ["ssm:GetParameter", "ssm:GetParameters"],
      `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter${VERSION}`,
    ),
    allow("iam:PassRole", `arn:aws:iam::${ACCOUNT}:role/${roleName("cfn-exec")}`),
    {
      ...allow(USES_OF_KEYS),
      Condition: { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
    },
  ]);
  await put(roleName("file-publishing"), [
    {
      ...allow(
        [
          ...["s3:GetObject*", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:List*"],
          ...["s3:DeleteObject*", "s3:PutObject*", "s3:Abort*"],
        ],
        bucket,
      ),
      Condition: { StringEquals: { "aws:ResourceAccount": [ACCOUNT] } },
    },
    // AWS_MANAGED_KEY is no key's id: the key's own policy lets in who comes through S3.
    allow(USES_OF_KEYS, `arn:aws:kms:us-east-1:${ACCOUNT}:key/AWS_MANAGED_KEY`),
  ]);
  await put(roleName("image-publishing"), [
    allow(["ecr:DescribeRepositories", "ecr:DescribeImages"], repositoryArn()),
    allow("ecr:GetAuthorizationToken"),
  ]);
}

function roleName(name: string): string {
  return `cdk-hnb659fds-${name}-role-${SUFFIX}`;
}

function repositoryArn(): string {
  return `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/${REPOSITORY}`;
}

async function assume(name: string, more: Partial<AssumeRoleCommandInput> = {}): Promise<Key> {
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${roleName(name)}`;
  const input = { RoleArn, RoleSessionName: "aws-cdk-ada", ...more };
  const { Credentials } = await server.clients().sts.send(new AssumeRoleCommand(input));
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}

const outcomeOf = (sent: Promise<unknown>) =>
  sent.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe("CDK's bootstrap resources", () => {
  const asset = { Bucket: BUCKET, Key: "0123456789abcdef.json" };

  test("let the file publisher find out, and publish under the bucket's key", async () => {
    const client = server.clients(await assume("file-publishing")).s3;
    const list = new s3.ListObjectsV2Command({ Bucket: BUCKET, Prefix: "0123", MaxKeys: 1 });
    expect((await client.send(list)).KeyCount).toBe(0);
    await client.send(new s3.GetBucketLocationCommand({ Bucket: BUCKET }));
    const { ServerSideEncryptionConfiguration: encryption } = await client.send(
      new s3.GetBucketEncryptionCommand({ Bucket: BUCKET }),
    );
    const [rule] = encryption?.Rules ?? [];
    const ServerSideEncryption = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
    expect(ServerSideEncryption).toBe("aws:kms");
    const put = await client.send(
      new s3.PutObjectCommand({
        ...{ ...asset, Body: "{}", ContentType: "application/json" },
        ...{ ChecksumAlgorithm: "SHA256", ServerSideEncryption: "aws:kms" },
      }),
    );
    expect(put).toMatchObject({
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: expect.stringMatching(`^arn:aws:kms:us-east-1:${ACCOUNT}:key/`),
    });
    expect((await client.send(list)).KeyCount).toBe(1);
    const ssm = clientOf(SSM, await assume("file-publishing"));
    expect(await outcomeOf(ssm.getParameter({ Name: VERSION }))).toMatch(/^AccessDenied/);
  });

  test("let the deployer read the version and the template, and write nothing", async () => {
    const key = await assume("deploy");
    const ssm = clientOf(SSM, key);
    const { Parameter } = await ssm.getParameter({ Name: VERSION, WithDecryption: true });
    expect(Parameter?.Value).toBe("33");
    expect(await outcomeOf(ssm.getParameter({ Name: "/other" }))).toMatch(/^AccessDenied/);
    const client = server.clients(key).s3;
    const { Body } = await client.send(new s3.GetObjectCommand(asset));
    expect(await Body?.transformToString()).toBe("{}");
    const put = client.send(new s3.PutObjectCommand({ ...asset, Body: "x" }));
    expect(await outcomeOf(put)).toMatch(/^AccessDenied/);
  });

  test("let lookups read settings but no secrets", async () => {
    const key = await assume("lookup");
    const ssm = clientOf(SSM, key);
    expect(await outcomeOf(ssm.getParameter({ Name: VERSION }))).toBe("done");
    const Name = "/secret";
    const secret = { Name, Type: "SecureString", Value: "hidden" } as const;
    await clientOf(SSM, ROOT).putParameter(secret);
    expect(await outcomeOf(ssm.getParameter({ Name, WithDecryption: true }))).toMatch(
      /^AccessDenied.*kms:Decrypt .* explicit deny in an identity-based policy/,
    );
    const got = server.clients(key).s3.send(new s3.GetObjectCommand(asset));
    expect(await outcomeOf(got)).toMatch(/^AccessDenied.*kms:Decrypt/);
  });

  test("let image publishers look, and refuse pushes by name", async () => {
    const ecr = clientOf(ECR, await assume("image-publishing"));
    const { repositories } = await ecr.describeRepositories({ repositoryNames: [REPOSITORY] });
    expect(repositories).toMatchObject([{ imageTagMutability: "IMMUTABLE" }]);
    const imageIds = [{ imageTag: "0123" }];
    const images = ecr.describeImages({ repositoryName: REPOSITORY, imageIds });
    expect(await outcomeOf(images)).toMatch(/^ImageNotFoundException/);
    expect(await outcomeOf(ecr.getAuthorizationToken({}))).toMatch(/^NotImplemented/);
  });

  test("take sessions with tags, and none with an external id", async () => {
    const Tags = [{ Key: "team", Value: "core" }];
    expect(await outcomeOf(assume("deploy", { Tags, TransitiveTagKeys: ["team"] }))).toBe("done");
    expect(await outcomeOf(assume("deploy", { ExternalId: "other" }))).toMatch(/^AccessDenied/);
    expect(await outcomeOf(assume("cfn-exec"))).toMatch(/^AccessDenied/);
  });
});
