import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { type Key, ROOT, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

/** A client of CloudFormation; without a key it signs as the root user. */
export function cloudFormationOf(
  { endpoint }: Pick<TestServer, "endpoint">,
  key: Key = ROOT,
  region = "us-east-1",
): CloudFormationClient {
  return new CloudFormationClient({ endpoint, region, credentials: key, maxAttempts: 1 });
}

/** `code: message` of a refusal; `done` where there was none. */
export function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

/** A stack's events in their order, as `logical id STATUS`. */
export async function eventsOf(
  client: CloudFormationClient,
  StackName: string,
): Promise<readonly string[]> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.map(
    ({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`,
  ).reverse();
}

export async function stackOf(client: CloudFormationClient, StackName: string): Promise<Stack> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  const [stack] = Stacks;
  if (!stack) throw new Error(`no stack ${StackName}`);
  return stack;
}

/** The stack once its operation has ended, which takes longer than an answer on a busy machine. */
export function endedStack(client: CloudFormationClient, StackName: string): Promise<Stack> {
  return until(async () => {
    const stack = await stackOf(client, StackName);
    return !stack.StackStatus?.endsWith("_IN_PROGRESS") && stack;
  }, `the end of ${StackName}'s operation`);
}

export const TRUST = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};

export function role(properties: object = {}, rest: object = {}) {
  return {
    Type: "AWS::IAM::Role",
    Properties: { AssumeRolePolicyDocument: TRUST, ...properties },
    ...rest,
  };
}

export function channel(properties: object = {}, rest: object = {}) {
  return { Type: "AWS::IVS::Channel", Properties: properties, ...rest };
}

export function template(resources: object, rest: object = {}): string {
  return JSON.stringify({ Resources: resources, ...rest });
}
