import {
  CloudFormationClient,
  DescribeStacksCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../../wire/aws-clients.ts";

/** The interval at which a stack, its events and its resources are read again. */
export const POLL_MS = 2_000;

export function cloudFormationOf(aws: AwsClients): CloudFormationClient {
  return aws.client("cloudformation", (options) => new CloudFormationClient(options));
}

/** Reads a stack by its name or ARN; one that is deleted is found by its ARN alone. */
export async function readStack(aws: AwsClients, StackName: string): Promise<Stack> {
  const { Stacks = [] } = await cloudFormationOf(aws).send(
    new DescribeStacksCommand({ StackName }),
  );
  const [stack] = Stacks;
  if (!stack) throw new Error(`There is no stack ${StackName}.`);
  return stack;
}

export function isRunning(status: string | undefined): boolean {
  return /_IN_PROGRESS$/.test(status ?? "") && status !== "REVIEW_IN_PROGRESS";
}

/** Resolves to the stack once its operation has ended. Rejects when `signal` is aborted. */
export async function settledStack(
  aws: AwsClients,
  name: string,
  signal: AbortSignal,
): Promise<Stack> {
  for (;;) {
    const stack = await readStack(aws, name);
    if (!isRunning(stack.StackStatus)) return stack;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    signal.throwIfAborted();
  }
}

/** The name in a stack's ARN. */
export function stackNameOf(arn: string): string {
  return arn.split("/")[1] ?? arn;
}

/** Differs whenever the stack's template may be another: after a change, and after its rollback. */
export function versionOf({ StackStatus, LastUpdatedTime }: Stack): string {
  return `${StackStatus} ${LastUpdatedTime?.getTime()}`;
}
