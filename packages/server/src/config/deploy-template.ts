import { readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import type { StackEvent, StackStatus } from "@aws-sdk/client-cloudformation";
import { AwsError } from "../kernel/aws-error.ts";
import type { Invoke } from "../kernel/invoke.ts";
import { pause } from "../kernel/work/timers.ts";
import { ConfigError } from "./config-error.ts";

/** Source: CloudFormation user guide, "Understand CloudFormation quotas". */
const TEMPLATE_BYTES_MAX = 51_200;
const STACK_NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;
const CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"];
const NOTHING_TO_DO = "No updates are to be performed.";
const LOOK_MS = 50;

/** The account whose root user deploys the template, and the stack's Region. */
export interface TemplatePlace {
  readonly accountId: string;
  readonly region: string;
}

type Call = <Output>(operation: string, input: object) => Promise<Output>;

/**
 * Reads the setting `template`'s file, so that a mistake in its name stops the start. Returns what
 * deploys it as a stack of the file's name; that rejects with ConfigError where the stack fails.
 */
export function prepareTemplate(
  file: string | undefined,
  { accountId, region }: TemplatePlace,
  invoke: Invoke,
): () => Promise<void> {
  if (file === undefined) return async () => {};
  const stack = basename(file, extname(file));
  if (!STACK_NAME.test(stack))
    throw new ConfigError(
      `${file} can't be deployed: its stack is called like it, with letters, digits and hyphens.`,
    );
  if (statSync(file).size > TEMPLATE_BYTES_MAX)
    throw new ConfigError(`${file} is longer than the ${TEMPLATE_BYTES_MAX} bytes of a template.`);
  const template = readFileSync(file, "utf8");
  const arn = `arn:aws:iam::${accountId}:root`;
  const as = { principal: { kind: "root", accountId, arn } } as const;
  const call: Call = (operation, input) =>
    invoke("cloudformation", operation, input, { as, region, userAgent: "rolecast-template" });
  return async () => {
    try {
      await deploy(stack, template, call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new ConfigError(`${file} can't be deployed: ${error.message}`);
    }
  };
}

async function deploy(StackName: string, TemplateBody: string, call: Call): Promise<void> {
  const stack = { StackName, TemplateBody, Capabilities: CAPABILITIES };
  const operation = (await exists(StackName, call)) ? "UpdateStack" : "CreateStack";
  const onFailure = operation === "CreateStack" ? { OnFailure: "DELETE" } : {};
  let StackId: string;
  try {
    ({ StackId } = await call<{ StackId: string }>(operation, { ...stack, ...onFailure }));
  } catch (error) {
    if (error instanceof AwsError && error.message === NOTHING_TO_DO) return;
    throw error;
  }
  const status = await settledStatus(StackId, call);
  if (status === "CREATE_COMPLETE" || status === "UPDATE_COMPLETE") return;
  const reasons = await failures(StackId, call);
  throw new ConfigError(`the stack ${StackName} ended in ${status}:\n${reasons.join("\n")}`);
}

async function exists(StackName: string, call: Call): Promise<boolean> {
  try {
    await call("DescribeStacks", { StackName });
    return true;
  } catch (error) {
    if (error instanceof AwsError && / does not exist$/.test(error.message)) return false;
    throw error;
  }
}

async function settledStatus(StackName: string, call: Call): Promise<StackStatus> {
  while (true) {
    const { Stacks } = await call<{ Stacks: readonly { StackStatus: StackStatus }[] }>(
      "DescribeStacks",
      { StackName },
    );
    const status = Stacks[0]?.StackStatus ?? "DELETE_COMPLETE";
    if (!status.endsWith("_IN_PROGRESS")) return status;
    await pause(LOOK_MS);
  }
}

/** A line for each resource that failed, the first first. */
async function failures(StackName: string, call: Call): Promise<readonly string[]> {
  const { StackEvents } = await call<{ StackEvents: readonly StackEvent[] }>(
    "DescribeStackEvents",
    { StackName },
  );
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"))
    .map(
      ({ LogicalResourceId, ResourceType, ResourceStatusReason }) =>
        `  ${LogicalResourceId} (${ResourceType}): ${ResourceStatusReason}`,
    )
    .reverse();
}
