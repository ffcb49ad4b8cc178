import { parseArn } from "../../../kernel/arn.ts";
import { ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import type { HandlerPermissions, NeededCall, StackStepCalls } from "../types/own-type.ts";

/** The function or topic that makes a custom resource. */
interface ServiceToken {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** The call by which it is asked. */
  readonly action: "lambda:InvokeFunction" | "sns:Publish";
}

/** A custom resource needs that its function may be invoked, or its topic published to. */
export const customPermissions: HandlerPermissions = {
  create: (want) => invocation(want),
  // Custom resources aren't looked at.
  read: () => [],
  update: (_model, _was, want) => invocation(want),
  delete: (model) => invocation(model),
};

/** Without policies of their own, functions and topics can't let another account's caller in. */
export function invocation(properties: ResourceModel): readonly NeededCall[] {
  const { action, arn: resource, accountId: resourceAccountId } = readToken(properties);
  const keys = action === "lambda:InvokeFunction" ? { "lambda:functionarn": resource } : {};
  return [[{ action, resource, resourceAccountId, context: keys }]];
}

/** The token of the stack's own account and Region. Throws ResourceError for every other one. */
export function ownToken(
  properties: ResourceModel,
  { accountId, region }: StackStepCalls,
): ServiceToken {
  const token = readToken(properties);
  if (token.accountId === accountId && token.region === region) return token;
  throw new ResourceError(
    "InvalidRequest",
    `The service token ${token.arn} must be of the stack's account and Region ` +
      `(${accountId}, ${region}).`,
  );
}

function readToken({ ServiceToken }: ResourceModel): ServiceToken {
  const arn = String(ServiceToken);
  const { service, region = "", accountId = "", resource = "" } = parseArn(arn) ?? {};
  const isFunction = service === "lambda" && resource.startsWith("function:");
  if (!isFunction && service !== "sns")
    throw new ResourceError("InvalidRequest", `Invalid service token: ${arn}`);
  const action = isFunction ? "lambda:InvokeFunction" : "sns:Publish";
  return { arn, accountId, region, action };
}
