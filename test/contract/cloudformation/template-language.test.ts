import {
  CreateStackCommand,
  DeleteStackCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { cloudFormationOf, endedStack, eventsOf, outcomeOf, template } from "./support.ts";

/* What a template may say, where AWS takes more than its first pages tell. */

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;
let ssm: SSMClient;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
  ssm = new SSMClient({ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT });
});
afterAll(() => server.close());

function parameters(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
}

function create(StackName: string, TemplateBody: string, values: Record<string, string> = {}) {
  const Parameters = parameters(values);
  const Capabilities = ["CAPABILITY_AUTO_EXPAND" as const];
  const input = { StackName, TemplateBody, Parameters, Capabilities };
  return client.send(new CreateStackCommand(input));
}

function parameterValue(Name: string): Promise<string> {
  return ssm.send(new GetParameterCommand({ Name })).then(
    ({ Parameter }) => Parameter?.Value ?? "",
    (error: Error) => error.name,
  );
}

test.each([
  ["dev", "ParameterNotFound", "Parameter DELETE_COMPLETE"],
  ["prod", "kept", "Parameter DELETE_SKIPPED"],
])("DeletionPolicy may be a function, with no transform: %s", async (stage, left, event) => {
  const body = `
Parameters: {Stage: {Type: String, AllowedValues: [dev, prod]}}
Conditions: {IsPermanent: !Equals [!Ref Stage, prod]}
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    DeletionPolicy: !If [IsPermanent, Retain, Delete]
    Properties: {Name: /deleted/${stage}, Type: String, Value: kept}
`;
  const { StackId = "" } = await create(`deleted-${stage}`, body, { Stage: stage });
  await endedStack(client, StackId);
  await client.send(new DeleteStackCommand({ StackName: StackId }));
  expect(await endedStack(client, StackId)).toMatchObject({ StackStatus: "DELETE_COMPLETE" });
  expect(await parameterValue(`/deleted/${stage}`)).toBe(left);
  expect(await eventsOf(client, StackId)).toContain(event);
});

test.each([
  ["Delete", "ParameterNotFound"],
  ["Retain", "kept"],
])("UpdateReplacePolicy may be a parameter's value: %s", async (policy, left) => {
  const StackName = `replaced-${policy}`;
  const body = `
Parameters: {Policy: {Type: String}, Name: {Type: String}}
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    UpdateReplacePolicy: !Ref Policy
    Properties: {Name: !Ref Name, Type: String, Value: kept}
`;
  await create(StackName, body, { Policy: policy, Name: `/replaced/${policy}/1` });
  await endedStack(client, StackName);
  const Parameters = parameters({ Policy: policy, Name: `/replaced/${policy}/2` });
  const input = { StackName, UsePreviousTemplate: true, Parameters };
  await client.send(new UpdateStackCommand(input));
  expect(await endedStack(client, StackName)).toMatchObject({ StackStatus: "UPDATE_COMPLETE" });
  expect(await parameterValue(`/replaced/${policy}/1`)).toBe(left);
  expect(await parameterValue(`/replaced/${policy}/2`)).toBe("kept");
});

test.each([
  [{ Ref: "Given" }, "Unrecognized DeletionPolicy never for resource Topic"],
  [{ Ref: "Other" }, "Unsupported expression for DeletionPolicy in resource Topic"],
  [["Retain"], "Every DeletionPolicy member must be a string."],
])("a policy that comes to no option is refused: %j", async (DeletionPolicy, reason) => {
  const Topic = { Type: "AWS::SSM::Parameter", DeletionPolicy };
  const Parameters = { Given: { Type: "String", Default: "never" } };
  const body = template({ Topic, Other: { Type: "AWS::S3::Bucket" } }, { Parameters });
  expect(await outcomeOf(create("no-policy", body))).toBe(
    `ValidationError: Template format error: ${reason}`,
  );
});

test("a brace may be closed at the indentation of its key", async () => {
  const body = `
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {
      Name: /braces,
      Type: String,
      Value: !Join ["-", [
      a, b
      ]]
    }
`;
  await create("braces", body);
  expect(await endedStack(client, "braces")).toMatchObject({ StackStatus: "CREATE_COMPLETE" });
  expect(await parameterValue("/braces")).toBe("a-b");
});

async function processed(StackName: string) {
  const input = { StackName, TemplateStage: "Processed" as const };
  const { TemplateBody = "" } = await client.send(new GetTemplateCommand(input));
  return JSON.parse(TemplateBody);
}

const EXTENDED = "Transform: AWS::LanguageExtensions";

function ssmParameter(Value: unknown, rest: object = {}) {
  return { Type: "AWS::SSM::Parameter", ...rest, Properties: { Type: "String", Value } };
}

test("what a loop makes has its functions resolved", async () => {
  const body = `
${EXTENDED}
Resources:
  Fn::ForEach::TopLevel:
    - Prefix
    - [Foo, Bar]
    - My\${Prefix}:
        Type: AWS::SSM::Parameter
        Properties: {Type: String, Value: !Sub "my value \${Prefix}"}
      Fn::ForEach::LowerLevel:
        - Suffix
        - [A, B]
        - My\${Prefix}\${Suffix}:
            Type: AWS::SSM::Parameter
            DependsOn: ["My\${Prefix}"]
            Properties: {Type: String, Value: !Join [".", [!Ref Suffix, fifo]]}
`;
  await create("loops", body);
  const DependsOn = (name: string) => ({ DependsOn: name });
  expect((await processed("loops")).Resources).toEqual({
    MyFoo: ssmParameter("my value Foo"),
    MyFooA: ssmParameter("A.fifo", DependsOn("MyFoo")),
    MyFooB: ssmParameter("B.fifo", DependsOn("MyFoo")),
    MyBar: ssmParameter("my value Bar"),
    MyBarA: ssmParameter("A.fifo", DependsOn("MyBar")),
    MyBarB: ssmParameter("B.fifo", DependsOn("MyBar")),
  });
});

test("what is known before any resource is resolved, and the rest is left", async () => {
  const body = `
${EXTENDED}
Parameters:
  Names: {Type: CommaDelimitedList}
  Stage: {Type: String, Default: prod}
  Secret: {Type: String, NoEcho: true}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Length:
    Type: AWS::SSM::Parameter
    DeletionPolicy: !If [IsProd, Retain, Delete]
    Properties: {Type: String, Value: {"Fn::Length": !Ref Names}}
  List:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: {"Fn::ToJsonString": [a, b, c]}}
  Map:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: {"Fn::ToJsonString": {a: foo, b: !Ref Stage}}}
  Later:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub "\${Stage}-\${Length}"}
  Hidden:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub "\${Secret}"}
  Name:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub "\${AWS::StackName}_api"}
Outputs:
  Name: {Value: !Ref Name}
  If: {Value: !If [IsProd, !GetAtt Length.Type, none]}
`;
  await create("known", body, { Names: "a,b,c", Secret: "never shown" });
  const document = await processed("known");
  expect(document).toEqual({
    Parameters: {
      Names: { Type: "CommaDelimitedList" },
      Stage: { Type: "String", Default: "prod" },
      Secret: { Type: "String", NoEcho: true },
    },
    Conditions: { IsProd: { "Fn::Equals": [{ Ref: "Stage" }, "prod"] } },
    Resources: {
      Length: ssmParameter(3, { DeletionPolicy: "Retain" }),
      List: ssmParameter('["a","b","c"]'),
      Map: ssmParameter('{"a":"foo","b":"prod"}'),
      Later: ssmParameter({ "Fn::Sub": "${Stage}-${Length}" }),
      Hidden: ssmParameter({ "Fn::Sub": "${Secret}" }),
      Name: ssmParameter("known_api"),
    },
    Outputs: {
      Name: { Value: { Ref: "Name" } },
      If: { Value: { "Fn::GetAtt": ["Length", "Type"] } },
    },
  });
});

test("names in Ref and Fn::GetAtt may be functions", async () => {
  const body = `
${EXTENDED}
Parameters: {ParamA: {Type: String, Default: "true"}}
Conditions: {IsA: !Equals [!Ref {"Fn::Sub": ["Param\${Suffix}", {Suffix: A}]}, "true"]}
Resources:
  Fn::ForEach::Parameters:
    - Id
    - [A, B]
    - Parameter\${Id}:
        Type: AWS::SSM::Parameter
        Properties: {Type: String, Value: !Sub "value \${Id}"}
Outputs:
  Fn::ForEach::Outputs:
    - Id
    - [A, B]
    - Fn::ForEach::Attributes:
        - Property
        - [Type, Value]
        - \${Id}\${Property}: {Value: !GetAtt [!Sub "Parameter\${Id}", !Ref Property]}
`;
  await create("names", body);
  const { Outputs = [] } = await endedStack(client, "names");
  const values = Outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]);
  expect(Object.fromEntries(values)).toEqual({
    AType: "String",
    AValue: "value A",
    BType: "String",
    BValue: "value B",
  });
});

test("a template without the transform is left as it is", async () => {
  const body = template({ One: ssmParameter({ "Fn::Sub": "${AWS::StackName}" }) });
  await create("plain", body);
  const input = { StackName: "plain", TemplateStage: "Processed" as const };
  expect((await client.send(new GetTemplateCommand(input))).TemplateBody).toBe(body);
});
