import { describe, expect, test } from "vitest";
import {
  type Environment,
  Evaluation,
  parseTemplate,
  resolveParameters,
  ssmParametersOf,
} from "./index.ts";

const ENVIRONMENT: Environment = {
  accountId: "111111111111",
  region: "eu-west-1",
  partition: "aws",
  urlSuffix: "amazonaws.com",
  stackName: "studio",
  stackId: "arn:aws:cloudformation:eu-west-1:111111111111:stack/studio/1",
  notificationArns: [],
  parameters: new Map(),
  exports: () => undefined,
  availabilityZones: (region) => [`${region}a`, `${region}b`],
};

describe("a template", () => {
  test("is read, ordered and resolved", () => {
    const template = parseTemplate(`
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  Prod: !Equals [!Ref Env, prod]
Resources:
  Role:
    Type: AWS::IAM::Role
    DependsOn: Bucket
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17}
      Description: !If [Prod, production, !Ref AWS::NoValue]
      RoleName: !Sub "\${AWS::StackName}-\${Bucket.Arn}"
  Bucket: {Type: AWS::S3::Bucket}
`);
    const resolved = resolveParameters(template, [], new Map(), new Map());
    const parameters = new Map([...resolved].map(([name, { value }]) => [name, value]));
    const evaluation = new Evaluation(template, { ...ENVIRONMENT, parameters });
    expect(evaluation.graph.order).toEqual(["Bucket", "Role"]);
    expect(evaluation.graph.dependents.get("Bucket")).toEqual(new Set(["Role"]));
    const role = evaluation.resource("Role", (id, attribute) => `${id}/${attribute}`);
    expect(role.properties).toEqual({
      AssumeRolePolicyDocument: { Version: "2012-10-17" },
      RoleName: "studio-Bucket/Arn",
    });
  });

  test("takes the values of SSM parameters that its parameters name", () => {
    const template = parseTemplate(`
Transform: AWS::LanguageExtensions
Parameters:
  Secret: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /list, NoEcho: true}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
`);
    expect(template.transforms.map(({ name }) => name)).toEqual(["AWS::LanguageExtensions"]);
    expect(ssmParametersOf(template, [], new Map())).toEqual(["/list"]);
    const values = resolveParameters(template, [], new Map(), new Map([["/list", "a, b"]]));
    const secret = values.get("Secret");
    expect(secret?.declaration.noEcho).toBe(true);
    expect(secret?.ssmValue).toBe("a, b");
    expect(secret?.value).toEqual(["a", "b"]);
  });
});
