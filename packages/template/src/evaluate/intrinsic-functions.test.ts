import { describe, expect, test } from "vitest";
import { ENVIRONMENT, evaluate } from "../testing/environment.testing.ts";

const HEAD = {
  Parameters: {
    Stage: { Type: "String", Default: "dev" },
    Zones: { Type: "CommaDelimitedList", Default: "a, b,c" },
    Ports: { Type: "List<Number>", Default: "80,443" },
  },
  Mappings: { Sizes: { dev: { Small: 1, All: ["x", "y"] }, "eu-west-1": { Small: "s" } } },
  Conditions: {
    Prod: { "Fn::Equals": [{ Ref: "Stage" }, "prod"] },
    NotProd: { "Fn::Not": [{ Condition: "Prod" }] },
    Both: { "Fn::And": [{ Condition: "NotProd" }, { "Fn::Equals": [1, "1"] }] },
    Either: { "Fn::Or": [{ Condition: "Prod" }, { Condition: "Both" }] },
  },
};

/** The value of a property in a stack with a bucket and an export. */
function resolved(value: unknown, values: Readonly<Record<string, string>> = {}): unknown {
  const Properties = { P: value };
  const evaluation = evaluate(
    {
      ...HEAD,
      Resources: { Bucket: { Type: "AWS::S3::Bucket" }, R: { Type: "AWS::X::Y", Properties } },
    },
    values,
    { exports: (name) => (name === "studio-vpc" ? "vpc-1" : undefined) },
  );
  const attributes = (id: string, name: string) => (name === "No" ? undefined : `${id}.${name}`);
  return evaluation.resource("R", attributes).properties.P;
}

describe("functions", () => {
  test.each([
    // References and pseudo parameters
    [{ Ref: "Stage" }, "dev"],
    [{ Ref: "Zones" }, ["a", "b", "c"]],
    [{ Ref: "Ports" }, ["80", "443"]],
    [{ Ref: "Bucket" }, "Bucket.Ref"],
    [{ Ref: "AWS::AccountId" }, ENVIRONMENT.accountId],
    [{ Ref: "AWS::StackId" }, ENVIRONMENT.stackId],
    [{ Ref: "AWS::NotificationARNs" }, []],
    [
      [1, { Ref: "AWS::NoValue" }, { a: { Ref: "AWS::NoValue" }, b: 2 }],
      [1, { b: 2 }],
    ],
    [{ "Fn::GetAtt": ["Bucket", "Arn"] }, "Bucket.Arn"],
    [{ "Fn::GetAtt": "Bucket.Website.Url" }, "Bucket.Website.Url"],
    [{ "Fn::GetAtt": ["Bucket", { Ref: "Stage" }] }, "Bucket.dev"],
    // Texts
    [{ "Fn::Join": [":", ["a", 1, true, { Ref: "AWS::NoValue" }]] }, "a:1:true"],
    [{ "Fn::Join": ["-", { Ref: "Zones" }] }, "a-b-c"],
    [{ "Fn::Split": ["|", "a||b|"] }, ["a", "", "b", ""]],
    [
      { "Fn::Sub": "${Stage}-${AWS::Region}-${Bucket}-${Bucket.Arn}" },
      "dev-eu-west-1-Bucket.Ref-Bucket.Arn",
    ],
    [{ "Fn::Sub": ["${A}${A}${!A}$${Stage}$", { A: { Ref: "Stage" } }] }, "devdev${A}$dev$"],
    [{ "Fn::Sub": "no variable ${" }, "no variable ${"],
    [{ "Fn::Base64": "AWS CloudFormation" }, "QVdTIENsb3VkRm9ybWF0aW9u"],
    [{ "Fn::Base64": "é" }, "w6k="],
    [{ "Fn::ImportValue": { "Fn::Sub": "${AWS::StackName}-vpc" } }, "vpc-1"],
    // Lists and maps
    [{ "Fn::Select": ["1", ["apples", "grapes", "oranges"]] }, "grapes"],
    [{ "Fn::Select": [0, { "Fn::GetAZs": "" }] }, "eu-west-1a"],
    [{ "Fn::GetAZs": "us-east-1" }, ["us-east-1a", "us-east-1b", "us-east-1c"]],
    [{ "Fn::FindInMap": ["Sizes", { Ref: "Stage" }, "Small"] }, 1],
    [{ "Fn::FindInMap": ["Sizes", "dev", "All"] }, ["x", "y"]],
    [{ "Fn::FindInMap": ["Sizes", { Ref: "AWS::Region" }, "Small"] }, "s"],
    [
      { "Fn::Cidr": ["192.168.0.0/24", "6", "5"] },
      [0, 32, 64, 96, 128, 160].map((host) => `192.168.0.${host}/27`),
    ],
    [{ "Fn::Cidr": ["10.1.2.3/16", 2] }, ["10.1.0.0/24", "10.1.1.0/24"]],
    [
      { "Fn::Cidr": ["2001:db8:1234:1a00::/56", 2, 64] },
      ["2001:db8:1234:1a00::/64", "2001:db8:1234:1a01::/64"],
    ],
    // Conditions
    [{ "Fn::If": ["Prod", 1, { "Fn::If": ["Either", 2, 3] }] }, 2],
    [{ "Fn::If": ["Both", { Ref: "AWS::NoValue" }, 1] }, undefined],
    // Data that looks like functions, and names that every object has
    [
      { Ref: "Stage", Other: 1 },
      { Ref: "Stage", Other: 1 },
    ],
    [{ Condition: "x" }, { Condition: "x" }],
    [{ constructor: { toString: "x" } }, { constructor: { toString: "x" } }],
  ])("%j is %j", (value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  test("a map's own members count, whatever their names", () => {
    const text = '{"__proto__": {"a": {"Ref": "Stage"}}}';
    expect(JSON.stringify(resolved(JSON.parse(text)))).toBe('{"__proto__":{"a":"dev"}}');
  });

  const JOIN =
    "Template error: every Fn::Join object requires two parameters, (1) a string delimiter " +
    "and (2) " +
    "a list of strings to be joined or a function that returns a list of strings (such as " +
    "Fn::GetAZs) to be joined.";
  const SELECT =
    "Template error: Fn::Select requires a list argument with two elements: an integer index and " +
    "a list";

  test.each([
    [{ "Fn::Join": ["-"] }, JOIN],
    [{ "Fn::Join": ["-", "a"] }, JOIN],
    [{ "Fn::Join": ["-", [["a"]]] }, JOIN],
    [{ "Fn::Select": [1] }, SELECT],
    [{ "Fn::Select": ["x", ["a"]] }, SELECT],
    [{ "Fn::Select": [3, ["a"]] }, SELECT],
    [
      { "Fn::Select": [3, { "Fn::Split": [",", "a"] }] },
      "Template error: Fn::Select cannot select nonexistent value at index 3",
    ],
    [
      { "Fn::FindInMap": ["Sizes", "x", "y"] },
      "Template error: Unable to get mapping for Sizes::x::y",
    ],
    [
      { "Fn::FindInMap": ["No", "x", "y"] },
      "Template error: Mapping named 'No' is not present in the 'Mappings' section of template.",
    ],
    [{ "Fn::ImportValue": "none" }, "No export named none found."],
    [
      { "Fn::Sub": "${Zones}" },
      "Template error: variable Zones in Fn::Sub expression does not resolve to a string",
    ],
    [
      { "Fn::GetAtt": ["Bucket", "No"] },
      "[Error] /Resources/R/Properties/P/Fn::GetAtt: Resource type AWS::S3::Bucket does not " +
        "support attribute {No}.",
    ],
  ])("%j is refused", (value, message) => {
    expect(() => resolved(value)).toThrow(message);
  });

  test("conditions decide by parameters", () => {
    expect(resolved({ "Fn::If": ["Prod", 1, 2] }, { Stage: "prod" })).toBe(1);
  });
});

describe("rules", () => {
  const rule = (assertion: object, condition?: object) => ({
    ...HEAD,
    Rules: {
      Check: {
        ...(condition && { RuleCondition: condition }),
        Assertions: [{ Assert: assertion, AssertDescription: "No such stage" }],
      },
    },
    Resources: { A: { Type: "AWS::S3::Bucket" } },
  });

  test.each([
    [{ "Fn::Contains": [["dev", "test"], { Ref: "Stage" }] }, true],
    [{ "Fn::Not": [{ "Fn::Contains": [["dev"], { Ref: "Stage" }] }] }, false],
    [{ "Fn::EachMemberIn": [{ Ref: "Zones" }, ["a", "b", "c", "d"]] }, true],
    [{ "Fn::EachMemberIn": [{ Ref: "Zones" }, ["a", "b"]] }, false],
    [{ "Fn::EachMemberEquals": [["dev", "dev"], { Ref: "Stage" }] }, true],
    [{ "Fn::EachMemberEquals": [{ Ref: "Zones" }, "a"] }, false],
  ])("%j is %j", (assertion, holds) => {
    if (holds) evaluate(rule(assertion));
    else expect(() => evaluate(rule(assertion))).toThrow("No such stage");
  });

  test("count only if their condition holds", () => {
    const fails = { "Fn::Equals": ["a", "b"] };
    evaluate(rule(fails, { "Fn::Equals": [{ Ref: "Stage" }, "prod"] }));
    expect(() => evaluate(rule(fails, { "Fn::Equals": [{ Ref: "Stage" }, "dev"] }))).toThrow();
  });
});
