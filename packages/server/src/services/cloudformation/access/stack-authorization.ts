import type { Kysely } from "kysely";
import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import { CROSS_ACCOUNT, passRole, type RolePassing } from "../../../kernel/pass-role.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { CLOUDFORMATION } from "../../../kernel/resource-types/resource-calls.ts";
import { accessDenied, invalidRole } from "../errors.ts";
import { findStack, findVersion } from "../rows/stacks.ts";
import { type Place, stackArn, unknownStackArn } from "../stack-names.ts";
import type { CloudFormationTables, StackRow } from "../tables.ts";

export function placeOf(context: RequestContext): Place {
  return { account_id: requireAccount(context), region: context.region };
}

export function stackNamed(text: string, context: RequestContext): Promise<StackRow | undefined> {
  return findStack(text, placeOf(context), context.db<CloudFormationTables>());
}

/** Reads and writes of one stack: its ARN, with its tags; `stack/<name>/*` before it exists. */
export async function onStack(
  operation: string,
  text: string,
  stack: StackRow | undefined,
  context: RequestContext,
  keys: ContextEntries = {},
): Promise<Authorization> {
  const action = `cloudformation:${operation}`;
  if (!stack) return { action, resource: unknownStackArn(placeOf(context), text), context: keys };
  const tags = await tagKeysOf(stack, context.db<CloudFormationTables>());
  return { action, resource: stack.stack_id, context: { ...tags, ...keys } };
}

/** The condition keys that a stack's own tags give. */
export async function tagKeysOf(
  stack: StackRow,
  db: Kysely<CloudFormationTables>,
): Promise<ContextEntries> {
  const version = await findVersion(stack.stack_id, stack.version, db);
  const tags = JSON.parse(version?.tags ?? "{}") as Readonly<Record<string, string>>;
  return namedKeys("aws:resourcetag/", Object.entries(tags));
}

export function onEverything(operation: string): Authorization {
  return { action: `cloudformation:${operation}`, resource: "*" };
}

/** An operation on stacks of which it names none. */
export function onAnyStack(operation: string, context: RequestContext): Authorization {
  return { action: `cloudformation:${operation}`, resource: stackArn(placeOf(context), "*", "*") };
}

/** The members of requests that condition keys go by. */
interface ConditionedInput {
  readonly RoleARN?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly ResourceTypes?: readonly string[] | undefined;
  readonly StackPolicyURL?: string | undefined;
  readonly ChangeSetName?: string | undefined;
  readonly ResourcesToImport?:
    | readonly { readonly ResourceType?: string | undefined }[]
    | undefined;
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[] | undefined;
}

/**
 * Source: Service Authorization Reference, "Condition keys for AWS CloudFormation". `names` are
 * those that the operation has.
 */
export function conditionKeys(
  input: ConditionedInput,
  names: readonly (keyof ConditionedInput)[],
): ContextEntries {
  const has = (name: keyof ConditionedInput) => names.includes(name) && input[name] !== undefined;
  const tags = input.Tags ?? [];
  return {
    ...(has("RoleARN") ? { "cloudformation:rolearn": input.RoleARN } : {}),
    ...(has("TemplateURL") ? { "cloudformation:templateurl": input.TemplateURL } : {}),
    ...(has("ResourceTypes")
      ? { "cloudformation:resourcetypes": [...(input.ResourceTypes ?? [])] }
      : {}),
    ...(has("StackPolicyURL") ? { "cloudformation:stackpolicyurl": input.StackPolicyURL } : {}),
    ...(has("ChangeSetName") ? { "cloudformation:changesetname": input.ChangeSetName } : {}),
    ...(has("ResourcesToImport")
      ? {
          "cloudformation:importresourcetypes": (input.ResourcesToImport ?? []).map(
            ({ ResourceType = "" }) => ResourceType,
          ),
        }
      : {}),
    ...(has("Tags") && tags.length > 0
      ? {
          "aws:tagkeys": tags.map(({ Key = "" }) => Key),
          ...namedKeys(
            "aws:requesttag/",
            tags.map(({ Key = "", Value = "" }) => [Key, Value]),
          ),
        }
      : {}),
  };
}

const PASSED: RolePassing = {
  service: CLOUDFORMATION,
  malformed: invalidRole,
  crossAccount: () => accessDenied(CROSS_ACCOUNT),
};

/** The caller of a request that names a role must be allowed to pass it. */
export function passServiceRole(
  roleArn: string | undefined,
  { accountId }: RequestContext,
): readonly Authorization[] {
  return roleArn === undefined ? [] : [passRole(roleArn, accountId, PASSED)];
}

/** An operation of one stack that is decided on the stack alone. */
export async function decideOnStack(
  operation: string,
  { StackName }: { readonly StackName: string },
  context: RequestContext,
): Promise<{ pairs: Authorization; subject: StackRow | undefined }> {
  const stack = await stackNamed(StackName, context);
  return { pairs: await onStack(operation, StackName, stack, context), subject: stack };
}
