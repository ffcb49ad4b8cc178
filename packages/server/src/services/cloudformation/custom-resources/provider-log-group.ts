import { isSame, type MapValue } from "@rolecast/template";
import { formatArn } from "../../../kernel/arn.ts";
import type { ResourceModel, ResourceSchema } from "../../../kernel/resources.ts";
import { conditionKeys } from "../access/stack-authorization.ts";
import type { HandlerPermissions, NeededCall, OwnType, StackStepCalls } from "../types/own-type.ts";
import { json, optional, replaced, text } from "./properties.ts";

/** Source: CloudWatch Logs API reference, CreateLogGroup, logGroupName. */
const NAME_LENGTH_MAX = 512;

const SCHEMA = {
  typeName: "AWS::Logs::LogGroup",
  properties: {
    LogGroupName: replaced(optional(text)),
    RetentionInDays: optional({ kind: "integer" }),
    KmsKeyId: optional(text),
    LogGroupClass: optional(text),
    DataProtectionPolicy: optional(json),
    Tags: optional({ kind: "list", of: json }),
  },
  types: {},
  attributes: { Arn: text },
  primaryIdentifier: ["LogGroupName"],
  ref: ["LogGroupName"],
  writeOnly: [],
  tags: { property: "Tags", form: "list", hasSystemTags: false },
} as const satisfies ResourceSchema;

/**
 * Settings of a log group, with the operations that put them and take them away.
 * Source: `AWS::Logs::LogGroup`, `handlers.permissions`.
 */
const SETTINGS = [
  ["RetentionInDays", "PutRetentionPolicy", "DeleteRetentionPolicy"],
  ["KmsKeyId", "AssociateKmsKey", "DisassociateKmsKey"],
  ["DataProtectionPolicy", "PutDataProtectionPolicy", "DeleteDataProtectionPolicy"],
] as const;

const permissions: HandlerPermissions = {
  create(want, call) {
    const context = tagKeys(want);
    const tagged = hasTags(want)
      ? [{ action: "logs:TagResource", resource: arnOf(want, call), context }]
      : [];
    const resource = streamsOf(want, call);
    const put = SETTINGS.filter(([name]) => want[name] !== undefined);
    return [
      [{ action: "logs:CreateLogGroup", resource, context }, ...tagged],
      ...put.map(([, operation]) => onGroup(operation, want, call)),
    ];
  },
  read: (model, call) => [onGroup("DescribeLogGroups", model, call)],
  update({ LogGroupName }, was, want, call) {
    const group = { LogGroupName };
    const changed = SETTINGS.filter(([name]) => differs(name, was, want));
    const needed = changed.map(([name, put, remove]) =>
      onGroup(want[name] === undefined ? remove : put, group, call),
    );
    if (!differs("Tags", was, want)) return needed;
    const resource = arnOf(group, call);
    if (hasTags(want))
      needed.push([{ action: "logs:TagResource", resource, context: tagKeys(want) }]);
    if (hasTags(was)) needed.push([{ action: "logs:UntagResource", resource }]);
    return needed;
  },
  delete: (model, call) => [onGroup("DeleteLogGroup", model, call)],
};

/** The log group of a function that never runs: a record of its name. */
export const providerLogGroup: OwnType = {
  schema: SCHEMA,
  naming: { property: "LogGroupName", lengthMax: NAME_LENGTH_MAX },
  permissions,
  async create(want, call) {
    return { kind: "done", model: { ...want, Arn: `${arnOf(want, call)}:*` } };
  },
  read: async (model) => model,
  update: async ({ LogGroupName, Arn }, _was, want) => ({
    kind: "done",
    model: { ...want, LogGroupName, Arn },
  }),
  delete: async (model) => ({ kind: "done", model }),
};

/** The ARN by which operations on tags know a log group. */
function arnOf({ LogGroupName }: ResourceModel, { region, accountId }: StackStepCalls): string {
  return formatArn({ service: "logs", region, accountId, resource: `log-group:${LogGroupName}` });
}

/** The ARN on which all others decide: `log-group:NAME:*` covers it, the name alone doesn't. */
function streamsOf(model: ResourceModel, call: StackStepCalls): string {
  return `${arnOf(model, call)}:log-stream:`;
}

function onGroup(operation: string, model: ResourceModel, call: StackStepCalls): NeededCall {
  return [{ action: `logs:${operation}`, resource: streamsOf(model, call) }];
}

function differs(
  name: keyof typeof SCHEMA.properties,
  was: ResourceModel,
  want: ResourceModel,
): boolean {
  return !isSame({ it: was[name] } as MapValue, { it: want[name] } as MapValue);
}

function tagKeys({ Tags }: ResourceModel) {
  return conditionKeys({ Tags: (Tags ?? []) as { Key: string; Value: string }[] }, ["Tags"]);
}

function hasTags({ Tags }: ResourceModel): boolean {
  return Array.isArray(Tags) && Tags.length > 0;
}
