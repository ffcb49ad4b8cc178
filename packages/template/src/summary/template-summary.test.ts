import { expect, test } from "vitest";
import {
  neededCapabilities,
  parseTemplate,
  requireCapabilities,
  templateSummary,
} from "../index.ts";

const role = (properties: string) =>
  parseTemplate(`{"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": ${properties}}}}`);

test("a summary has what GetTemplateSummary answers", () => {
  const template = parseTemplate(`
Description: A studio
Metadata: {owner: ann}
Transform: AWS::LanguageExtensions
Parameters:
  Size: {Type: Number, Default: 2, AllowedValues: [1, 2], Description: How many}
  Key: {Type: String, NoEcho: true}
Resources:
  One: {Type: AWS::S3::Bucket}
  Two: {Type: AWS::S3::Bucket}
  Role: {Type: AWS::IAM::Role}
`);
  const summary = templateSummary(template, (type) =>
    type === "AWS::S3::Bucket" ? ["BucketName"] : undefined,
  );
  expect(summary.Description).toBe("A studio");
  expect(summary.Version).toBe("2010-09-09");
  expect(summary.Metadata).toBe('{"owner":"ann"}');
  expect(summary.Capabilities).toEqual(["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
  expect(summary.CapabilitiesReason).toBe(
    "The following resource(s) require capabilities: [AWS::IAM::Role, AWS::LanguageExtensions]",
  );
  expect(summary.DeclaredTransforms).toEqual(["AWS::LanguageExtensions"]);
  expect(summary.ResourceTypes).toEqual(["AWS::S3::Bucket", "AWS::IAM::Role"]);
  const [size, key] = summary.Parameters;
  expect([size?.ParameterKey, size?.ParameterType]).toEqual(["Size", "Number"]);
  expect(size?.DefaultValue).toBe("2");
  expect(size?.ParameterConstraints).toEqual({ AllowedValues: ["1", "2"] });
  expect(key?.NoEcho).toBe(true);
  expect(key).not.toHaveProperty("DefaultValue");
  const [buckets, roles] = summary.ResourceIdentifierSummaries;
  expect(buckets?.ResourceType).toBe("AWS::S3::Bucket");
  expect(buckets?.LogicalResourceIds).toEqual(["One", "Two"]);
  expect(buckets?.ResourceIdentifiers).toEqual(["BucketName"]);
  expect(roles?.ResourceIdentifiers).toEqual([]);
});

test("named IAM resources need more than unnamed ones", () => {
  expect(neededCapabilities(role("{}")).capabilities).toEqual(["CAPABILITY_IAM"]);
  expect(neededCapabilities(role('{"RoleName": "x"}')).capabilities).toEqual([
    "CAPABILITY_NAMED_IAM",
  ]);
  expect(() => requireCapabilities(role('{"RoleName": "x"}'), ["CAPABILITY_IAM"])).toThrow(
    expect.objectContaining({
      code: "InsufficientCapabilitiesException",
      message: "Requires capabilities : [CAPABILITY_NAMED_IAM]",
    }),
  );
  requireCapabilities(role("{}"), ["CAPABILITY_NAMED_IAM"]);
});

test("macros need CAPABILITY_AUTO_EXPAND wherever they stand", () => {
  const text = "Resources: {A: {Type: AWS::S3::Bucket, Properties: {Fn::Transform: Macro}}}";
  expect(() => requireCapabilities(parseTemplate(text), [])).toThrow(
    "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
  );
});
