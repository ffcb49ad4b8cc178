import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";
import { invalidMember } from "./errors.ts";

const repositoryName: Constraint = {
  ...{ min: 2, max: 256 },
  pattern: "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*",
};
const images: Constraint = { min: 1, max: 100 };

/** Source: ECR API reference, the operations' request parameters. */
export const ecrConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  refuse: invalidMember,
  members: {
    registryId: { pattern: "[0-9]{12}" },
    repositoryName,
    repositoryNames: images,
    "repositoryNames.member": repositoryName,
    maxResults: { min: 1, max: 1000, whole: true },
    imageTagMutability: {
      values: ["IMMUTABLE", "MUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"],
    },
    imageTagMutabilityExclusionFilters: { min: 1, max: 5 },
    filterType: { values: ["WILDCARD"] },
    "CreateRepository.filter": { min: 1, max: 128, pattern: "^[0-9a-zA-Z._*-]{1,128}$" },
    "PutImageTagMutability.filter": { min: 1, max: 128, pattern: "^[0-9a-zA-Z._*-]{1,128}$" },
    encryptionType: { values: ["AES256", "KMS", "KMS_DSSE"] },
    kmsKey: { min: 1, max: 2048 },
    policyText: { max: 10_240 },
    lifecyclePolicyText: { min: 100, max: 30_720 },
    imageIds: images,
    imageTag: { min: 1, max: 300 },
    acceptedMediaTypes: images,
    tagStatus: { values: ["TAGGED", "UNTAGGED", "ANY"] },
    imageStatus: { values: ["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"] },
  },
};
