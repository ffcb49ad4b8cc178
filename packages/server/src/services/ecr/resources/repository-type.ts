import { AwsError } from "../../../kernel/aws-error.ts";
import { declareType, type Part } from "../../../kernel/resource-types/declare-type.ts";
import {
  camelMembers,
  documentOf,
  documentText,
  listed,
  listOf,
  pascalMembers,
  pick,
  type Tag,
} from "../../../kernel/resource-types/members.ts";
import { pagesOf, tagsPart, unlessGone } from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall, ResourceModel } from "../../../kernel/resources.ts";

interface Filter {
  readonly filterType: string;
  readonly filter: string;
}

interface Repository {
  readonly repositoryName: string;
  readonly repositoryArn: string;
  readonly repositoryUri: string;
  readonly imageTagMutability: string;
  readonly imageTagMutabilityExclusionFilters?: readonly Filter[];
  readonly imageScanningConfiguration: object;
  readonly encryptionConfiguration: object;
}

interface Repositories {
  readonly repositories: readonly Repository[];
  readonly nextToken?: string;
}

const FILTER = "ImageTagMutabilityExclusionFilter";

function ecr<Output>(call: ResourceCall, operation: string, input: object): Promise<Output> {
  return call.invoke<Output>("ecr", operation, input);
}

/** An answer about a policy; undefined where there is none. */
async function unlessMissing<Output>(answer: Promise<Output>): Promise<Output | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsError && /PolicyNotFound/.test(error.code)) return undefined;
    throw error;
  }
}

function mutabilityInput(want: ResourceModel) {
  const { ImageTagMutability: imageTagMutability = "MUTABLE" } = want;
  const filters = want[`${FILTER}s`];
  if (filters === undefined) return { imageTagMutability };
  const imageTagMutabilityExclusionFilters = listOf<Readonly<Record<string, string>>>(filters).map(
    (one) => ({ filterType: one[`${FILTER}Type`], filter: one[`${FILTER}Value`] }),
  );
  return { imageTagMutability, imageTagMutabilityExclusionFilters };
}

const scanning: Part = {
  properties: ["ImageScanningConfiguration"],
  isCreated: true,
  async write({ id, want: { ImageScanningConfiguration = { ScanOnPush: false } } }, call) {
    await ecr(call, "PutImageScanningConfiguration", {
      repositoryName: id.RepositoryName,
      imageScanningConfiguration: camelMembers(ImageScanningConfiguration),
    });
  },
};

const mutability: Part = {
  properties: ["ImageTagMutability", `${FILTER}s`],
  isCreated: true,
  async write({ id, want }, call) {
    const input = { repositoryName: id.RepositoryName, ...mutabilityInput(want) };
    await ecr(call, "PutImageTagMutability", input);
  },
};

const lifecyclePolicy: Part = {
  properties: ["LifecyclePolicy"],
  async write({ id: { RepositoryName: repositoryName }, want }, call) {
    const policy = want.LifecyclePolicy as ResourceModel | undefined;
    const { LifecyclePolicyText: lifecyclePolicyText, RegistryId: registryId } = policy ?? {};
    const on = { repositoryName, ...(registryId === undefined ? {} : { registryId }) };
    if (lifecyclePolicyText === undefined) await unlessGone(ecr(call, "DeleteLifecyclePolicy", on));
    else await ecr(call, "PutLifecyclePolicy", { ...on, lifecyclePolicyText });
  },
  async read({ RepositoryName: repositoryName }, call) {
    const found = await unlessMissing(
      ecr<{ lifecyclePolicyText: string }>(call, "GetLifecyclePolicy", { repositoryName }),
    );
    return found ? { LifecyclePolicy: { LifecyclePolicyText: found.lifecyclePolicyText } } : {};
  },
};

const repositoryPolicy: Part = {
  properties: ["RepositoryPolicyText"],
  async write({ id: { RepositoryName: repositoryName }, want }, call) {
    const policyText = documentText(want.RepositoryPolicyText);
    if (policyText === undefined)
      await unlessGone(ecr(call, "DeleteRepositoryPolicy", { repositoryName }));
    else await ecr(call, "SetRepositoryPolicy", { repositoryName, policyText });
  },
  async read({ RepositoryName: repositoryName }, call) {
    const found = await unlessMissing(
      ecr<{ policyText: string }>(call, "GetRepositoryPolicy", { repositoryName }),
    );
    return { RepositoryPolicyText: documentOf(found?.policyText) };
  },
};

function namesOf({ repositoryName, repositoryArn, repositoryUri }: Repository) {
  return { RepositoryName: repositoryName, Arn: repositoryArn, RepositoryUri: repositoryUri };
}

/** `AWS::ECR::Repository`. */
export const repositoryType = declareType({
  typeName: "AWS::ECR::Repository",
  naming: { property: "RepositoryName", lengthMax: 256, form: "lower-case" },
  fixed: ["RepositoryName", "EncryptionConfiguration"],
  parts: [
    // The deletion reads it; there are no images that it could be about.
    { properties: ["EmptyOnDelete"], isCreated: true, async write() {} },
    scanning,
    mutability,
    lifecyclePolicy,
    repositoryPolicy,
    tagsPart({
      tag: ({ Arn: resourceArn }, tags, call) => ecr(call, "TagResource", { resourceArn, tags }),
      untag: ({ Arn: resourceArn }, tagKeys, call) =>
        ecr(call, "UntagResource", { resourceArn, tagKeys }),
      async read({ Arn: resourceArn }, call) {
        const { tags } = await ecr<{ tags: readonly Tag[] }>(call, "ListTagsForResource", {
          resourceArn,
        });
        return { Tags: listed(tags) };
      },
    }),
  ],
  async create(want, call) {
    const { EncryptionConfiguration, ImageScanningConfiguration, Tags } = want;
    const { repository } = await ecr<{ repository: Repository }>(call, "CreateRepository", {
      repositoryName: want.RepositoryName,
      ...mutabilityInput(want),
      ...(EncryptionConfiguration === undefined
        ? {}
        : { encryptionConfiguration: camelMembers(EncryptionConfiguration) }),
      ...(ImageScanningConfiguration === undefined
        ? {}
        : { imageScanningConfiguration: camelMembers(ImageScanningConfiguration) }),
      ...(Tags === undefined ? {} : { tags: Tags }),
    });
    return namesOf(repository);
  },
  async read({ RepositoryName }, call) {
    const names = { repositoryNames: [RepositoryName] };
    const { repositories } = await ecr<Repositories>(call, "DescribeRepositories", names);
    const [repository] = repositories;
    if (!repository) return {};
    const filters = repository.imageTagMutabilityExclusionFilters?.map((one) => ({
      [`${FILTER}Type`]: one.filterType,
      [`${FILTER}Value`]: one.filter,
    }));
    return {
      ...namesOf(repository),
      ImageTagMutability: repository.imageTagMutability,
      [`${FILTER}s`]: filters,
      ImageScanningConfiguration: pascalMembers(repository.imageScanningConfiguration),
      EncryptionConfiguration: pascalMembers(repository.encryptionConfiguration),
    };
  },
  async delete({ RepositoryName, EmptyOnDelete }, call) {
    const force = EmptyOnDelete === true;
    await ecr(call, "DeleteRepository", { repositoryName: RepositoryName, force });
    return undefined;
  },
  async *list(_model, call) {
    const next = ({ nextToken }: Repositories) => nextToken;
    const asked = { service: "ecr", operation: "DescribeRepositories", input: {} };
    for await (const page of pagesOf<Repositories>(
      { ...asked, tokenMember: "nextToken", next },
      call,
    ))
      for (const one of page.repositories) yield pick(namesOf(one), ["RepositoryName"]);
  },
});
