import { assumeRoleFor, requireAssumableFor } from "../../../kernel/assume-role.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import { ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import { findResourceIn } from "../rows/resources.ts";
import type { StackStepCalls } from "../types/own-type.ts";
import { modelOf } from "../values/stored-json.ts";
import { ownToken } from "./service-token.ts";

export const LAMBDA = "lambda.amazonaws.com";

type Dependencies = Pick<EngineDependencies, "invoke" | "ids" | "sessions">;

/**
 * The calls of a provider as a session of its function's role, which Lambda assumes: the role's
 * trust policy and permissions decide. Rejects with AwsError, and with ResourceError where the
 * service token is no function of this account and Region.
 */
export async function callsOfProvider(
  properties: ResourceModel,
  call: StackStepCalls,
  deps: Dependencies,
): Promise<StepCalls> {
  const { invoke, ids } = deps;
  const { region, token, state, baseUrl } = call;
  const transaction = call.tx.tables();
  const as = await callerOfProvider(properties, call, deps);
  return new StepCalls({ invoke, ids, as, region, transaction, token, state, baseUrl });
}

/** The session as a caller, for work that is no part of the step's transaction. */
export async function callerOfProvider(
  properties: ResourceModel,
  call: StackStepCalls,
  deps: Dependencies,
): Promise<Caller> {
  const { arn, accountId: account_id, region } = ownToken(properties, call);
  const FunctionName = arn.slice(arn.lastIndexOf(":") + 1);
  const type = "AWS::Lambda::Function";
  const row = await findResourceIn({ account_id, region }, type, FunctionName, call.tx.db);
  const model = row && modelOf(row);
  if (model?.Arn !== arn) throw new ResourceError("NotFound", `Function not found: ${arn}`);
  const role = { roleArn: String(model.Role), sessionName: FunctionName };
  return assumeRoleFor({ ...role, ...ofFunction(arn, call), isHandedOn: true }, deps);
}

/** Rejects with Lambda's refusal of a role that isn't there or doesn't trust it. */
export function requireAssumable(
  { Role: RoleArn }: ResourceModel,
  functionArn: string,
  call: StackStepCalls,
  deps: Pick<Dependencies, "invoke">,
): Promise<void> {
  const role = { roleArn: String(RoleArn), sessionName: call.place.logicalId };
  return call.ofService("lambda", async () => {
    try {
      await requireAssumableFor({ ...role, ...ofFunction(functionArn, call) }, deps);
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      const message = "The role defined for the function cannot be assumed by Lambda.";
      throw new AwsError("InvalidParameterValueException", message, { status: 400, cause });
    }
  });
}

/** Lambda, when it works for a function. */
function ofFunction(resourceArn: string, { accountId, region, tx }: StackStepCalls) {
  const onBehalfOf = { accountId, resourceArn };
  return { service: LAMBDA, onBehalfOf, region, transaction: tx.tables() };
}
