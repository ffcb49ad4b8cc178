import {
  CreateStackCommand,
  DeleteStackCommand,
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
