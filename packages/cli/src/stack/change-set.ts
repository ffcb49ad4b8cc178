import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type {
  Capability,
  Change,
  ChangeSetType,
  CloudFormationClient,
  DescribeChangeSetCommandOutput,
} from "@aws-sdk/client-cloudformation";
import { CommandError, EXIT } from "../command-error.ts";

/** Longer templates go to S3 first, as with AWS. Source: CloudFormation user guide, "Quotas". */
const TEMPLATE_BYTES_MAX = 51_200;
const LOOK_MS = 200;
const CAPABILITIES: Capability[] = [
  "CAPABILITY_IAM",
  "CAPABILITY_NAMED_IAM",
  "CAPABILITY_AUTO_EXPAND",
];
/** AWS has no other sign that nothing would change. */
const NOTHING = /^(?:The submitted information didn't contain changes|No updates are to be)/;

/** A stack as it shall become. */
export interface Wanted {
  readonly stack: string;
  readonly file: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  readonly role: string | undefined;
}

export interface ChangeSet {
  readonly id: string;
  readonly stackId: string;
  readonly type: ChangeSetType;
  readonly changes: readonly Change[];
}

/** Makes a change set of a template file; undefined: nothing would change. @throws CommandError */
export async function createChangeSet(
  client: CloudFormationClient,
  { stack, file, parameters, tags, role }: Wanted,
): Promise<ChangeSet | undefined> {
  const TemplateBody = await templateText(file);
  const aws = await import("@aws-sdk/client-cloudformation");
  const known = await currentParameters(client, stack, TemplateBody);
  const type = known === undefined ? "CREATE" : "UPDATE";
  const kept = (known ?? []).filter((name) => !parameters.has(name));
  const { Id: id = "", StackId: stackId = "" } = await client.send(
    new aws.CreateChangeSetCommand({
      StackName: stack,
      ChangeSetName: `rolecast-${randomUUID()}`,
      ChangeSetType: type,
      TemplateBody,
      Capabilities: CAPABILITIES,
      Parameters: [
        ...[...parameters].map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
        ...kept.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
      ],
      ...(tags.size > 0 ? { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) } : {}),
      ...(role === undefined ? {} : { RoleARN: role }),
    }),
  );
  const changes: Change[] = [];
  let page: DescribeChangeSetCommandOutput | undefined;
  while (page === undefined || page.NextToken !== undefined || isMade(page) === undefined) {
    if (page !== undefined && page.NextToken === undefined) await pause(LOOK_MS);
    page = await client.send(
      new aws.DescribeChangeSetCommand({
        ChangeSetName: id,
        IncludePropertyValues: true,
        NextToken: page?.NextToken,
      }),
    );
    if (isMade(page)) changes.push(...(page.Changes ?? []));
  }
  if (isMade(page)) return { id, stackId, type, changes };
  const { StatusReason = "" } = page;
  await discard(client, { id, stackId, type });
  if (NOTHING.test(StatusReason)) return undefined;
  throw new CommandError(`the change set failed: ${StatusReason}`);
}

/** Deletes a change set that won't be executed, and the stack that was made for it alone. */
export async function discard(
  client: CloudFormationClient,
  { id, stackId, type }: Pick<ChangeSet, "id" | "stackId" | "type">,
): Promise<void> {
  const aws = await import("@aws-sdk/client-cloudformation");
  await client.send(new aws.DeleteChangeSetCommand({ ChangeSetName: id }));
  if (type === "CREATE") await client.send(new aws.DeleteStackCommand({ StackName: stackId }));
}

/** Undefined: it is still being made. */
function isMade({ Status }: DescribeChangeSetCommandOutput): boolean | undefined {
  if (Status === "CREATE_COMPLETE") return true;
  return Status === "FAILED" ? false : undefined;
}

async function templateText(file: string): Promise<string> {
  const text = await readFile(file, "utf8");
  if (Buffer.byteLength(text) <= TEMPLATE_BYTES_MAX) return text;
  throw new CommandError(
    `${file} is longer than ${TEMPLATE_BYTES_MAX} bytes: the AWS CLI deploys it by --s3-bucket.`,
    EXIT.usage,
  );
}

/** The template's parameters that the stack has values of; undefined where there is no stack. */
async function currentParameters(
  client: CloudFormationClient,
  StackName: string,
  TemplateBody: string,
): Promise<readonly string[] | undefined> {
  const aws = await import("@aws-sdk/client-cloudformation");
  try {
    const { Stacks = [] } = await client.send(new aws.DescribeStacksCommand({ StackName }));
    const [stack] = Stacks;
    if (!stack || stack.StackStatus === "REVIEW_IN_PROGRESS") return undefined;
    const { Parameters = [] } = await client.send(
      new aws.GetTemplateSummaryCommand({ TemplateBody }),
    );
    const has = new Set(stack.Parameters?.map(({ ParameterKey }) => ParameterKey));
    const names = Parameters.map(({ ParameterKey = "" }) => ParameterKey);
    return names.filter((name) => has.has(name));
  } catch (error) {
    if (error instanceof Error && / does not exist$/.test(error.message)) return undefined;
    throw error;
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
