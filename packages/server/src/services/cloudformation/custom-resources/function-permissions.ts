import { isSame, type MapValue } from "@rolecast/template";
import { formatArn } from "../../../kernel/arn.ts";
import type { Authorization } from "../../../kernel/authorization.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import { CROSS_ACCOUNT, passRole } from "../../../kernel/pass-role.ts";
import { ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import { conditionKeys } from "../access/stack-authorization.ts";
import type { HandlerPermissions, NeededCall, StackStepCalls } from "../types/own-type.ts";
import { LAMBDA } from "./provider-session.ts";

/** Source: Lambda API reference, CreateFunction, Role. */
const ROLE = "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+";

/**
 * A function needs what making it on AWS needs, but for the code, which isn't read here.
 * Source: `AWS::Lambda::Function`, `handlers.permissions`.
 */
export const functionPermissions: HandlerPermissions = {
  create(want, call) {
    const resource = functionArn(want, call);
    const context = { ...requestTagKeys(want), "lambda:layer": layersOf(want) };
    const tagged = hasTags(want) ? [{ action: "lambda:TagResource", resource, context }] : [];
    return [
      [{ action: "lambda:CreateFunction", resource, context }, passedRole(want, call), ...tagged],
      [{ action: "lambda:GetFunction", resource }],
    ];
  },
  read: (model, call) => [[onFunction("GetFunction", model, call)]],
  update(model, was, want, call) {
    const { Code, Tags, ...configuration } = want;
    const { Code: codeWas, Tags: tagsWere, ...configurationWas } = was;
    const changed = (before: unknown, after: unknown) =>
      !isSame({ it: before } as MapValue, { it: after } as MapValue);
    const on = (operation: string, context = {}) => {
      const pair = onFunction(operation, model, call);
      return { ...pair, context: { ...pair.context, ...context } };
    };
    const needed: NeededCall[] = [];
    // A rollback that left the function out gives its row other properties than the function has.
    const isConfigured = changed(configurationWas, configuration) || changed(model.Role, want.Role);
    if (isConfigured) {
      const layers = { "lambda:layer": layersOf(want) };
      needed.push([on("UpdateFunctionConfiguration", layers), passedRole(want, call)]);
    }
    if (changed(codeWas, Code)) needed.push([on("UpdateFunctionCode")]);
    if (changed(tagsWere, Tags)) {
      if (hasTags(want)) needed.push([on("TagResource", requestTagKeys(want))]);
      if (hasTags(was)) needed.push([on("UntagResource")]);
    }
    return [...needed, [on("GetFunction")]];
  },
  delete: (model, call) => [[onFunction("DeleteFunction", model, call)]],
};

export function functionArn({ FunctionName }: ResourceModel, call: StackStepCalls): string {
  const { region, accountId } = call;
  return formatArn({ service: "lambda", region, accountId, resource: `function:${FunctionName}` });
}

function onFunction(operation: string, model: ResourceModel, call: StackStepCalls): Authorization {
  const tags = (model.Tags ?? []) as readonly { readonly Key: string; readonly Value: string }[];
  const context = namedKeys(
    "aws:resourcetag/",
    tags.map(({ Key, Value }) => [Key, Value]),
  );
  return { action: `lambda:${operation}`, resource: functionArn(model, call), context };
}

/** The function's role is given to Lambda. Throws ResourceError for what is no such role. */
function passedRole({ Role }: ResourceModel, { accountId }: StackStepCalls): Authorization {
  return passRole(String(Role), accountId, {
    service: LAMBDA,
    malformed: (text) =>
      new ResourceError(
        "InvalidRequest",
        `1 validation error detected: Value '${text}' at 'role' failed to satisfy constraint: ` +
          `Member must satisfy regular expression pattern: ${ROLE}`,
      ),
    crossAccount: () => new ResourceError("AccessDenied", CROSS_ACCOUNT),
  });
}

function requestTagKeys({ Tags }: ResourceModel) {
  return conditionKeys({ Tags: (Tags ?? []) as { Key: string; Value: string }[] }, ["Tags"]);
}

function hasTags({ Tags }: ResourceModel): boolean {
  return Array.isArray(Tags) && Tags.length > 0;
}

function layersOf({ Layers }: ResourceModel): readonly string[] | undefined {
  return Layers as readonly string[] | undefined;
}
