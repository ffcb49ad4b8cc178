import { type CreateRepositoryCommandInput, ECR } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/* Sentences are AWS's where public reports quote them. */

const ACCOUNT = "000000000000";
const ELSEWHERE = "111122223333";
const OTHER: Key = { accessKeyId: "other", secretAccessKey: "other-secret" };
const arnOf = (name: string) => `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/${name}`;
const IN_REGISTRY = `in the registry with id '${ACCOUNT}'`;

let server: TestServer;
let ecr: ECR;
beforeAll(async () => {
  server = await startTestServer({
    accounts: [
      { id: ELSEWHERE, rootAccessKeyId: OTHER.accessKeyId, rootSecretAccessKey: "other-secret" },
    ],
  });
  ecr = ecrOf(ROOT);
});
afterAll(() => server?.close());

function ecrOf(credentials: Key) {
  const { endpoint } = server;
  return new ECR({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}

function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

const create = (repositoryName: string, more: Partial<CreateRepositoryCommandInput> = {}) =>
  ecr.createRepository({ repositoryName, ...more });

describe("a repository", () => {
  test("is created, changed, described, listed page by page and deleted", async () => {
    const tags = [{ Key: "team", Value: "core" }];
    const { repository } = await create("app/one", { tags });
    expect(repository).toEqual({
      ...{ repositoryArn: arnOf("app/one"), registryId: ACCOUNT, repositoryName: "app/one" },
      repositoryUri: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/app/one`,
      createdAt: expect.any(Date),
      ...{ imageTagMutability: "MUTABLE", imageScanningConfiguration: { scanOnPush: false } },
      encryptionConfiguration: { encryptionType: "AES256" },
    });
    await create("app/two", {
      ...{ imageTagMutability: "IMMUTABLE", encryptionConfiguration: { encryptionType: "KMS" } },
      imageScanningConfiguration: { scanOnPush: true },
    });
    const repositoryName = "app/one";
    const filters = [{ filterType: "WILDCARD" as const, filter: "latest*" }];
    await ecr.putImageTagMutability({
      ...{ repositoryName, imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" },
      imageTagMutabilityExclusionFilters: filters,
    });
    const imageScanningConfiguration = { scanOnPush: true };
    await ecr.putImageScanningConfiguration({ repositoryName, imageScanningConfiguration });
    const first = await ecr.describeRepositories({ maxResults: 1 });
    const { nextToken } = first;
    const second = await ecr.describeRepositories({ maxResults: 1, nextToken });
    expect([first.repositories, second.repositories]).toMatchObject([
      [
        {
          ...{ repositoryName, imageScanningConfiguration },
          imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
          imageTagMutabilityExclusionFilters: filters,
        },
      ],
      [
        {
          repositoryName: "app/two",
          imageTagMutability: "IMMUTABLE",
          encryptionConfiguration: {
            encryptionType: "KMS",
            kmsKey: expect.stringMatching(`^arn:aws:kms:us-east-1:${ACCOUNT}:key/`),
          },
        },
      ],
    ]);
    expect(second.nextToken).toBeUndefined();
    const gone = await ecr.deleteRepository({ repositoryName, force: true });
    expect(gone.repository?.repositoryArn).toBe(arnOf("app/one"));
    const named = ecr.describeRepositories({ repositoryNames: ["app/two", repositoryName] });
    expect(await outcomeOf(named)).toBe(
      "RepositoryNotFoundException: The repository with name 'app/one' does not exist " +
        IN_REGISTRY,
    );
  });

  test.each<[string, Partial<CreateRepositoryCommandInput>, string]>([
    [
      "taken",
      {},
      "RepositoryAlreadyExistsException: The repository with name 'taken' already exists " +
        IN_REGISTRY,
    ],
    [
      "Upper",
      {},
      "InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy " +
        "constraint: 'must satisfy regular expression '",
    ],
    [
      "x1",
      { imageTagMutability: "never" as "MUTABLE" },
      "InvalidParameterException: Invalid parameter at 'imageTagMutability' failed to satisfy " +
        "constraint: 'Member must satisfy enum value set: [",
    ],
    ["x2", { imageTagMutability: "MUTABLE_WITH_EXCLUSION" }, "InvalidParameterException: "],
    ["x3", { tags: [{ Key: "aws:x", Value: "" }] }, "InvalidTagParameterException: "],
    [
      "x4",
      { encryptionConfiguration: { encryptionType: "KMS", kmsKey: "alias/none" } },
      "KmsException: Alias ",
    ],
    ["x5", { registryId: ELSEWHERE }, "AccessDeniedException: "],
  ])("isn't created as %s with %j", async (name, input, expected) => {
    if (name === "taken") await create(name);
    const outcome = await outcomeOf(create(name, input));
    expect(outcome.slice(0, expected.length)).toBe(expected);
  });

  test("has tags, by its ARN", async () => {
    await create("tagged");
    const resourceArn = arnOf("tagged");
    await ecr.tagResource({ resourceArn, tags: [{ Key: "a", Value: "1" }] });
    await ecr.tagResource({ resourceArn, tags: [{ Key: "b", Value: "" }] });
    await ecr.untagResource({ resourceArn, tagKeys: ["a", "c"] });
    const { tags } = await ecr.listTagsForResource({ resourceArn });
    expect(tags).toEqual([{ Key: "b", Value: "" }]);
    expect(await outcomeOf(ecr.listTagsForResource({ resourceArn: "invalid" }))).toBe(
      "InvalidParameterException: Invalid parameter at 'resourceArn' failed to satisfy " +
        "constraint: 'Invalid ARN'",
    );
  });

  test("has no images, and takes none", async () => {
    const repositoryName = "no-images";
    await create(repositoryName);
    const imageIds = [{ imageTag: "latest" }];
    const failure = {
      ...{ imageId: { imageTag: "latest" }, failureCode: "ImageNotFound" },
      failureReason: "Requested image not found",
    };
    expect((await ecr.listImages({ repositoryName })).imageIds).toEqual([]);
    expect((await ecr.describeImages({ repositoryName })).imageDetails).toEqual([]);
    expect(await ecr.batchGetImage({ repositoryName, imageIds })).toMatchObject({
      ...{ images: [], failures: [failure] },
    });
    expect(await ecr.batchDeleteImage({ repositoryName, imageIds })).toMatchObject({
      ...{ imageIds: [], failures: [failure] },
    });
    expect(await outcomeOf(ecr.describeImages({ repositoryName, imageIds }))).toBe(
      "ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'latest'} " +
        `does not exist within the repository with name 'no-images' ${IN_REGISTRY}`,
    );
    for (const [name, call] of Object.entries({
      PutImage: () => ecr.putImage({ repositoryName, imageManifest: "{}" }),
      InitiateLayerUpload: () => ecr.initiateLayerUpload({ repositoryName }),
      GetAuthorizationToken: () => ecr.getAuthorizationToken({}),
    }))
      expect(await outcomeOf(call())).toMatch(new RegExp(`^NotImplemented: .*${name}`));
  });
});

describe("a lifecycle policy", () => {
  const repositoryName = "lifecycle";
  const rule = (selection: object, more: object = {}) => ({
    ...{ rulePriority: 1, description: "x".repeat(100), action: { type: "expire" } },
    selection: {
      tagStatus: "untagged",
      countType: "imageCountMoreThan",
      countNumber: 1,
      ...selection,
    },
    ...more,
  });
  const days = { countType: "sinceImagePushed", countUnit: "days" };
  const NO_SCHEMA = "instance failed to match exactly one schema (matched 0 out of 2)";
  beforeAll(() => create(repositoryName));

  test.each<[string, unknown, string]>([
    ["days", { rules: [rule(days)] }, "done"],
    ["prefixes", { rules: [rule({ tagStatus: "tagged", tagPrefixList: ["v"] })] }, "done"],
    ["no JSON", "x".repeat(100), "Could not map policyString into LifecyclePolicy."],
    ["no rules", { x: "x".repeat(100) }, 'object has missing required properties (["rules"])'],
    ["no action", { rules: [rule({}, { action: undefined })] }, 'properties (["action"])'],
    ["another action", { rules: [rule({}, { action: { type: "x" } })] }, "instance value (x) not"],
    ["another count", { rules: [rule({ countType: "x" })] }, "matched 0 out of 2"],
    ["count 0", { rules: [rule({ countNumber: 0 })] }, "required minimum (minimum: 1, found: 0)"],
    ["days without a unit", { rules: [rule({ ...days, countUnit: undefined })] }, NO_SCHEMA],
    ["a count with a unit", { rules: [rule({ countUnit: "days" })] }, NO_SCHEMA],
    ["a count with a null", { rules: [rule({ countUnit: null })] }, NO_SCHEMA],
    [
      "an end with a target",
      { rules: [rule({}, { action: { type: "expire", targetStorageClass: null } })] },
      NO_SCHEMA,
    ],
    ["no target", { rules: [rule(days, { action: { type: "transition" } })] }, NO_SCHEMA],
    [
      "tags of no list",
      { rules: [rule({ tagStatus: "tagged" })] },
      "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.",
    ],
    [
      "any images before others",
      { rules: [rule({ tagStatus: "any" }), rule({}, { rulePriority: 2 })] },
      "Rule for tagStatus=ANY must have the lowest priority per storage class",
    ],
    [
      "any images after others, or of another class",
      {
        rules: [
          rule({ ...days, tagStatus: "any", storageClass: "archive" }),
          rule({}, { rulePriority: 2 }),
          rule({ tagStatus: "any" }, { rulePriority: 3 }),
        ],
      },
      "done",
    ],
    [
      "untagged images twice",
      { rules: [rule({}), rule(days, { rulePriority: 2 })] },
      "Only one rule can select Untagged images per storage class",
    ],
    ["a strange member", { rules: [rule({ strange: 1 })] }, 'by the schema: (["strange"])'],
    ["one priority", { rules: [rule({}), rule({})] }, "rule priorities must be unique"],
  ])("of %s: %j", async (_name, policy, expected) => {
    const lifecyclePolicyText = typeof policy === "string" ? policy : JSON.stringify(policy);
    const sent = ecr.putLifecyclePolicy({ repositoryName, lifecyclePolicyText });
    const outcome = await outcomeOf(sent);
    if (expected === "done") {
      expect(outcome).toBe("done");
      const shown = await ecr.getLifecyclePolicy({ repositoryName });
      expect(shown.lifecyclePolicyText).toBe(lifecyclePolicyText);
      expect(shown.lastEvaluatedAt).toEqual(new Date(0));
    } else {
      expect(outcome).toContain("'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle");
      expect(outcome).toContain(expected);
    }
  });

  test("is deleted once", async () => {
    const { lastEvaluatedAt } = await ecr.deleteLifecyclePolicy({ repositoryName });
    expect(lastEvaluatedAt).toEqual(new Date(0));
    expect(await outcomeOf(ecr.deleteLifecyclePolicy({ repositoryName }))).toBe(
      "LifecyclePolicyNotFoundException: Lifecycle policy does not exist for the repository " +
        `with name '${repositoryName}' ${IN_REGISTRY}`,
    );
  });
});

describe("a repository policy", () => {
  const repositoryName = "shared";
  const statement = (Principal: unknown, Action: string, Effect = "Allow") => ({
    ...{ Sid: "s", Effect, Principal, Action },
  });
  const set = (statements: readonly object[], force = false) =>
    ecr.setRepositoryPolicy({
      ...{ repositoryName, force },
      policyText: policyOf(statements as Parameters<typeof policyOf>[0]),
    });
  beforeAll(() => create(repositoryName));

  test("lets in other accounts and the own one's users, and shuts them out", async () => {
    const plain = await createUser(server.clients().iam, "plain");
    const user = ecrOf(plain);
    const other = ecrOf(OTHER);
    const list = (client: ECR) =>
      outcomeOf(client.listImages({ repositoryName, registryId: ACCOUNT }));
    for (const client of [user, other]) expect(await list(client)).toMatch(/^AccessDenied/);
    const principal = { AWS: [ELSEWHERE, plain.arn] };
    const { policyText = "" } = await set([statement(principal, "ecr:ListImages")]);
    const shown = { AWS: [`arn:aws:iam::${ELSEWHERE}:root`, plain.arn] };
    expect(JSON.parse(policyText).Statement).toEqual([statement(shown, "ecr:ListImages")]);
    for (const client of [user, other]) expect(await list(client)).toBe("done");
    expect(await list(ecr)).toBe("done");
    await set([statement("*", "ecr:ListImages", "Deny")]);
    expect(await list(ecr)).toMatch(/with an explicit deny in a resource-based policy$/);
    await ecr.deleteRepositoryPolicy({ repositoryName });
    expect(await outcomeOf(ecr.getRepositoryPolicy({ repositoryName }))).toBe(
      "RepositoryPolicyNotFoundException: Repository policy does not exist for the repository " +
        `with name '${repositoryName}' ${IN_REGISTRY}`,
    );
  });

  const INVALID =
    "InvalidParameterException: Invalid parameter at 'PolicyText' failed to satisfy constraint: " +
    "'Invalid repository policy provided'";
  test.each<[string, readonly object[]]>([
    ["an action", [{ Effect: "Allow", Principal: "*" }]],
    ["no resource", [{ ...statement("*", "ecr:*"), Resource: "*" }]],
    ["principals that exist", [statement({ AWS: `arn:aws:iam::${ACCOUNT}:user/none` }, "ecr:*")]],
  ])("has %s", async (_name, statements) => {
    expect(await outcomeOf(set(statements))).toBe(INVALID);
  });

  test("isn't nested deeper than a policy is", async () => {
    const deep = `${"[".repeat(5_000)}${"]".repeat(5_000)}`;
    const policyText = `{"Version":"2012-10-17","Statement":[{"Condition":${deep}}]}`;
    expect(await outcomeOf(ecr.setRepositoryPolicy({ repositoryName, policyText }))).toBe(INVALID);
  });

  test("that keeps its own setter out needs force", async () => {
    const closed = [statement("*", "ecr:SetRepositoryPolicy", "Deny")];
    expect(await outcomeOf(set(closed))).toMatch(/prevent you from setting another policy/);
    expect(await outcomeOf(set(closed, true))).toBe("done");
  });

  test("isn't asked where identity policies decide on tags and names", async () => {
    await create("team-core", { tags: [{ Key: "team", Value: "core" }] });
    const Condition = { StringEquals: { "aws:ResourceTag/team": "core" } };
    const statements = [
      { ...allow("ecr:ListImages"), Condition },
      allow("ecr:DescribeRepositories", arnOf("team-*")),
    ];
    const user = ecrOf(await createUser(server.clients().iam, "tagger", statements));
    expect(await outcomeOf(user.listImages({ repositoryName: "team-core" }))).toBe("done");
    expect(await outcomeOf(user.listImages({ repositoryName }))).toMatch(/^AccessDenied/);
    const named = { repositoryNames: ["team-core"] };
    expect(await outcomeOf(user.describeRepositories(named))).toBe("done");
    expect(await outcomeOf(user.describeRepositories({}))).toContain(
      `ecr:DescribeRepositories on resource: ${arnOf("*")} because`,
    );
  });
});
