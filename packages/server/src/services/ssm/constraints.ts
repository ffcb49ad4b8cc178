import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";

const name: Constraint = { min: 1, max: 2048 };
const tagText = "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$";
const tagKey: Constraint = { min: 1, max: 128, pattern: tagText };
const filterKey: Constraint = {
  ...{ min: 1, max: 132 },
  pattern: "tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType",
};
const names: Constraint = { min: 1, max: 10 };

/**
 * Source: SSM API reference, the operations' request parameters. The length of a value depends on
 * its tier: `values/value-size.ts` has it.
 */
export const ssmConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  showsValues: true,
  members: {
    "PutParameter.Name": name,
    "GetParameter.Name": name,
    "DeleteParameter.Name": name,
    "GetParameterHistory.Name": name,
    "LabelParameterVersion.Name": name,
    "UnlabelParameterVersion.Name": name,
    Path: name,
    Names: names,
    "Names.member": name,
    Description: { max: 1024 },
    "PutParameter.Type": { values: ["SecureString", "StringList", "String"] },
    KeyId: { min: 1, max: 256, pattern: "^([a-zA-Z0-9:/_-]+)$" },
    AllowedPattern: { max: 1024 },
    Tier: { values: ["Standard", "Advanced", "Intelligent-Tiering"] },
    "PutParameter.Policies": { min: 1, max: 4096 },
    DataType: { max: 128 },
    Tags: { max: 1000 },
    "PutParameter.Key": tagKey,
    "PutParameter.Tags.Value": { max: 256, pattern: tagText },
    "AddTagsToResource.Key": tagKey,
    "AddTagsToResource.Value": { max: 256, pattern: tagText },
    "TagKeys.member": tagKey,
    "GetParametersByPath.Key": filterKey,
    "DescribeParameters.Key": filterKey,
    "DescribeParameters.Filters.Key": { values: ["Name", "Type", "KeyId"] },
    Option: { min: 1, max: 10 },
    Values: { min: 1, max: 50 },
    "Values.member": { min: 1, max: 1024 },
    Labels: { min: 1, max: 10 },
    "Labels.member": { min: 1, max: 100 },
    "GetParametersByPath.MaxResults": { min: 1, max: 10, whole: true },
    MaxResults: { min: 1, max: 50, whole: true },
  },
};
