import { assumeRoleFor } from "../../../kernel/assume-role.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import { ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import { findByPhysicalId } from "../rows/resources.ts";
import type { StackStepCalls } from "../types/own-type.ts";
import { modelOf } from "../values/stored-json.ts";

const LAMBDA = "lambda.amazonaws.com";

type Dependencies = Pick<EngineDependencies, "invoke" | "ids" | "sessions">;

/**
 * The calls of a provider as a session of its function's role, which Lambda assumes: the role's
 * trust policy and permissions decide. Rejects with AwsError, and with ResourceError where the
 * service token is no function of this Region.
 */
export async function callsOfProvider(
  properties: ResourceModel,
  call: StackStepCalls,
  deps: Dependencies,
): Promise<StepCalls> {
  const { invoke, ids } = deps;
  const { region, token, state } = call;
  const transaction = call.tx.tables();
  const as = await callerOfProvider(properties, call, deps);
  return new StepCalls({ invoke, ids, as, region, transaction, token, state });
}

/** The session as a caller, for work that is no part of the step's transaction. */
export async function callerOfProvider(
  { ServiceToken }: ResourceModel,
  call: StackStepCalls,
  deps: Dependencies,
): Promise<Caller> {
  const arn = String(ServiceToken);
  const FunctionName = arn.slice(arn.lastIndexOf(":") + 1);
  const rows = await findByPhysicalId(FunctionName, call.tx.db);
  const found = rows.map(modelOf).find(({ Arn }) => Arn === arn);
  if (!found) throw new ResourceError("NotFound", `Function not found: ${arn}`);
  const { region, tx, place } = call;
  const of = {
    service: LAMBDA,
    onBehalfOf: { accountId: place.stack.account_id, resourceArn: arn },
  };
  return assumeRoleFor(
    {
      ...{ ...of, roleArn: String(found.Role), sessionName: FunctionName },
      ...{ region, transaction: tx.tables() },
    },
    deps,
  );
}
