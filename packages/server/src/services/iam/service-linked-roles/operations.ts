import type * as iam from "@aws-sdk/client-iam";
import type { Authorization } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { newUniqueId } from "../../../kernel/unique-ids.ts";
import { encodeDocument } from "../answer-members.ts";
import {
  type LinkedRoleTemplates,
  type ServiceLinkedRoleDefinition,
  serviceLinkedRolePath,
  servicePolicyArn,
} from "../catalogue/linked-role-templates.ts";
import { accessDenied, invalidInput, noSuchEntity, validationError } from "../errors.ts";
import { change, type IamParts } from "../parts.ts";
import { DEFAULT_MAX_SESSION_DURATION_S } from "../quotas.ts";
import { insertAttachment } from "../rows/policy-attachments.ts";
import { findRole, insertRole, type Role, requireRole, roleArn, setRole } from "../rows/roles.ts";
import type { IamTables } from "../tables.ts";
import { findTask, insertTask, parseTaskId, usagesOf } from "./deletion-tasks.ts";
import type { DeletionWorker } from "./deletion-worker.ts";
import type { ServiceLinkedRoleTables } from "./tables.ts";
import { createdTrustPolicy, serviceTrustPolicy } from "./trust-policy.ts";

/** Source: IAM User Guide, quotas. A template's name with a long suffix can pass it. */
const ROLE_NAME_LENGTH_MAX = 64;

/** A service-linked role from its creation to its end. */
export function serviceLinkedRoleOperations(parts: IamParts, worker: DeletionWorker) {
  return defineOperations<typeof iam>()({
    CreateServiceLinkedRole: {
      authorize: (input, context) => ({
        action: "iam:CreateServiceLinkedRole",
        resource: arnBeforeCreation(input, requireAccount(context), parts.templates),
        context: { "iam:awsservicename": input.AWSServiceName },
      }),
      handle: async (input, context) => {
        const definition = requireDefinition(input, context, parts.templates);
        const roleName = nameOf(definition, input.CustomSuffix);
        const role = await change(parts, context, (tx) =>
          createRole({ definition, roleName, description: input.Description, context, parts, tx }),
        );
        return { Role: createdRole(role, definition) };
      },
    },
    DeleteServiceLinkedRole: {
      authorize: async (input, context) => ({
        action: "iam:DeleteServiceLinkedRole",
        resource: await arnForDeletion(input.RoleName, context, parts.templates),
      }),
      handle: async (input, context) => {
        const { RoleName: roleName } = input;
        const taskId = await context.transaction<ServiceLinkedRoleTables, string>((tx) =>
          requestDeletion({ roleName, parts, context, worker, tx }),
        );
        return { DeletionTaskId: taskId };
      },
    },
    GetServiceLinkedRoleDeletionStatus: {
      authorize: (input, context) => taskAuthorization(input.DeletionTaskId, context),
      handle: async (input, context) => {
        const { DeletionTaskId: taskId } = input;
        if (!parseTaskId(taskId)) throw invalidInput("Invalid task id");
        const db = context.db<ServiceLinkedRoleTables>();
        const task = await findTask(db, requireAccount(context), taskId);
        if (!task) throw noSuchEntity("Cannot find deletion status for given id.");
        if (task.status !== "FAILED") return { Status: task.status };
        return {
          Status: task.status,
          Reason: {
            Reason: task.failure_reason ?? "",
            RoleUsageList: usagesOf(task).map(({ region, resources }) => ({
              Region: region,
              Resources: [...resources],
            })),
          },
        };
      },
    },
  });
}

/** @throws AccessDenied for services that IAM has no template for, InvalidInput for the suffix */
function requireDefinition(
  input: Checked<iam.CreateServiceLinkedRoleCommandInput>,
  context: RequestContext,
  templates: LinkedRoleTemplates,
): ServiceLinkedRoleDefinition {
  const { AWSServiceName: service } = input;
  const definition = templates.find(service);
  const reserved = definition?.creatableThroughIam === false && context.invokedBy !== service;
  if (!definition || reserved)
    throw accessDenied(`Cannot find Service Linked Role template for ${service}`);
  if (input.CustomSuffix !== undefined && !definition.allowsSuffix)
    throw invalidInput(`Custom suffix is not allowed for ${service}`);
  return definition;
}

function nameOf(definition: ServiceLinkedRoleDefinition, suffix: string | undefined): string {
  return suffix === undefined ? definition.roleName : `${definition.roleName}_${suffix}`;
}

/** The role doesn't exist when its creation is decided, so its ARN comes from the template. */
function arnBeforeCreation(
  input: Checked<iam.CreateServiceLinkedRoleCommandInput>,
  accountId: string,
  templates: LinkedRoleTemplates,
): string {
  const { AWSServiceName: service } = input;
  const definition = templates.find(service);
  const name = definition ? nameOf(definition, input.CustomSuffix) : "*";
  return `arn:aws:iam::${accountId}:role${serviceLinkedRolePath(service)}${name}`;
}

interface Creation {
  readonly definition: ServiceLinkedRoleDefinition;
  readonly roleName: string;
  readonly description: string | undefined;
  readonly context: RequestContext;
  readonly parts: IamParts;
  readonly tx: Transaction<IamTables>;
}

async function createRole(creation: Creation): Promise<Role> {
  const { definition, roleName, context, parts, tx } = creation;
  const { servicePrincipal, policyName } = definition;
  if (roleName.length > ROLE_NAME_LENGTH_MAX)
    throw validationError(
      `1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have length less than or equal to ${ROLE_NAME_LENGTH_MAX}`,
    );
  const accountId = requireAccount(context);
  if (await findRole(tx.db, accountId, roleName))
    throw invalidInput(
      `Service role name ${roleName} has been taken in this account, please try a different suffix.`,
    );
  const role: Role = {
    account_id: accountId,
    role_id: newUniqueId("AROA", accountId, parts.ids),
    role_name: roleName,
    name_key: roleName.toLowerCase(),
    path: serviceLinkedRolePath(servicePrincipal),
    trust_policy: serviceTrustPolicy(servicePrincipal),
    description: descriptionOf(creation) ?? null,
    max_session_duration_s: DEFAULT_MAX_SESSION_DURATION_S,
    boundary_arn: null,
    linked_service: servicePrincipal,
    deletion_task_id: null,
    last_used_ms: null,
    last_used_region: null,
    created_ms: context.nowMs,
    created_by: creatorOf(context),
    created_via: context.invokedBy ?? null,
  };
  await insertRole(tx.db, role);
  if (policyName !== undefined)
    await insertAttachment(tx.db, {
      account_id: accountId,
      policy_arn: servicePolicyArn(policyName),
      owner_id: role.role_id,
      owner_kind: "role",
    });
  return role;
}

function creatorOf({ caller: { principal } }: RequestContext): string | null {
  return "arn" in principal ? principal.arn : null;
}

/** A service that creates its own role describes it in its own words, where they are known. */
function descriptionOf({ definition, description, context }: Creation): string | undefined {
  const byItsService = context.invokedBy === definition.servicePrincipal;
  return description ?? (byItsService ? definition.createdDescription : undefined);
}

/** The answer has fewer members than GetRole's, and the trust policy in another shape. */
function createdRole(role: Role, { servicePrincipal }: ServiceLinkedRoleDefinition) {
  return {
    Path: role.path,
    RoleName: role.role_name,
    RoleId: role.role_id,
    Arn: roleArn(role),
    CreateDate: new Date(role.created_ms),
    AssumeRolePolicyDocument: encodeDocument(createdTrustPolicy(servicePrincipal)),
  };
}

interface DeletionRequest {
  readonly roleName: string;
  readonly parts: IamParts;
  readonly context: RequestContext;
  readonly worker: DeletionWorker;
  readonly tx: Transaction<ServiceLinkedRoleTables>;
}

/** Returns the id of the role's pending task, and makes one if there is none. */
async function requestDeletion(request: DeletionRequest): Promise<string> {
  const { roleName, parts, context, worker, tx } = request;
  const accountId = requireAccount(context);
  const role = await requireRole(tx.tables<IamTables>().db, accountId, roleName);
  const { linked_service: service } = role;
  if (service === null) throw noSuchEntity(`${role.role_name} exists but is not a service role.`);
  if (role.deletion_task_id !== null) return role.deletion_task_id;
  const taskId = `task/aws-service-role/${service}/${role.role_name}/${parts.ids.uuid()}`;
  await insertTask(tx.db, {
    task_id: taskId,
    account_id: accountId,
    role_id: role.role_id,
    role_name: role.role_name,
    service_principal: service,
    status: "NOT_STARTED",
    failure_reason: null,
    failure_usages: null,
    lease_owner: null,
    lease_until_ms: null,
    failed_starts: 0,
    created_ms: context.nowMs,
    updated_ms: context.nowMs,
  });
  await setRole(tx.tables<IamTables>().db, role.role_id, { deletion_task_id: taskId });
  // An outside service's role has no new sessions from now on, so what is kept of it is stale.
  await parts.generations.bump(tx.tables(), accountId);
  tx.afterCommit(() => worker.wakeSoon());
  return taskId;
}

/** A role that is gone keeps its ARN, so that those allowed to delete it learn that it is gone. */
async function arnForDeletion(
  roleName: string,
  context: RequestContext,
  templates: LinkedRoleTemplates,
): Promise<string> {
  const accountId = requireAccount(context);
  const role = await findRole(context.db<IamTables>(), accountId, roleName);
  if (role) return roleArn(role);
  const service = templates.findByRoleName(roleName)?.servicePrincipal;
  const path = service === undefined ? "/" : serviceLinkedRolePath(service);
  return `arn:aws:iam::${accountId}:role${path}${roleName}`;
}

function taskAuthorization(taskId: string, context: RequestContext): Authorization {
  const task = parseTaskId(taskId);
  const role = task ? `${serviceLinkedRolePath(task.servicePrincipal)}${task.roleName}` : "/*";
  return {
    action: "iam:GetServiceLinkedRoleDeletionStatus",
    resource: `arn:aws:iam::${requireAccount(context)}:role${role}`,
  };
}
