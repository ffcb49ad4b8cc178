import { describe, expect, test } from "vitest";
import {
  dynamicReferencesIn,
  importsOf,
  parseTemplate,
  ssmParametersOf,
  withDynamicValues,
} from "../index.ts";
import { evaluate } from "../testing/environment.testing.ts";

describe("dynamic references", () => {
  const VALUE = {
    plain: "{{resolve:ssm:/studio/name:3}}",
    inside: ["x-{{resolve:ssm:/studio/name:3}}-{{resolve:ssm-secure:key}}", 1],
    secret: "{{resolve:secretsmanager:arn:aws:secretsmanager:x:1:secret:s:SecretString:user}}",
    none: "{{resolve:other:x}} {{resolve:ssm:",
  };

  test("are found once each, wherever they stand", () => {
    expect(dynamicReferencesIn(VALUE)).toEqual([
      { text: VALUE.plain, service: "ssm", key: "/studio/name:3" },
      { text: "{{resolve:ssm-secure:key}}", service: "ssm-secure", key: "key" },
      {
        text: VALUE.secret,
        service: "secretsmanager",
        key: "arn:aws:secretsmanager:x:1:secret:s:SecretString:user",
      },
    ]);
  });

  test("stay where nobody has a value for them", () => {
    // The value looks like a replacement pattern of JavaScript's.
    expect(withDynamicValues(VALUE, new Map([[VALUE.plain, "$&"]]))).toEqual({
      ...VALUE,
      plain: "$&",
      inside: ["x-$&-{{resolve:ssm-secure:key}}", 1],
    });
  });
});

describe("imports", () => {
  test("are named without any export, on the branches that hold", () => {
    const evaluation = evaluate({
      Conditions: { Never: { "Fn::Equals": ["a", "b"] } },
      Resources: {
        A: {
          Type: "T",
          Properties: {
            one: { "Fn::ImportValue": { "Fn::Sub": "${AWS::StackName}-vpc" } },
            two: [{ "Fn::Join": ["", [{ "Fn::ImportValue": "zone" }, "x"]] }],
            other: { "Fn::If": ["Never", { "Fn::ImportValue": "no" }, "x"] },
          },
        },
        B: { Type: "T", Condition: "Never", Properties: { x: { "Fn::ImportValue": "no" } } },
      },
      Outputs: {
        O: { Value: { "Fn::ImportValue": "zone" } },
        N: { Condition: "Never", Value: { "Fn::ImportValue": "no" } },
      },
    });
    expect(importsOf(evaluation)).toEqual(["studio-vpc", "zone"]);
  });
});

test("SSM parameters are wanted by the names that parameters have, each once", () => {
  const type = "AWS::SSM::Parameter::Value<String>";
  const template = parseTemplate(`
Parameters:
  A: {Type: "${type}", Default: /a}
  B: {Type: "${type}", Default: /b}
  C: {Type: "${type}", Default: /a}
  D: {Type: String, Default: /d}
Resources: {R: {Type: T}}`);
  const given = [{ name: "B", value: "/other" }];
  expect(ssmParametersOf(template, given, new Map())).toEqual(["/a", "/other"]);
});
