import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { parseArn } from "../../kernel/arn.ts";
import type { Authorization, ContextEntries } from "../../kernel/authorization.ts";
import { defineOperations, type OperationTable } from "../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../kernel/request-context.ts";
import type { Transaction } from "../../kernel/store.ts";
import { withSystemTags } from "../../kernel/system-tags.ts";
import { alarmArn, placeOf } from "./access/alarm-access.ts";
import {
  checkedTags,
  refuseReserved,
  requestTagKeys,
  resourceTagKeys,
  type Tags,
  tagList,
  tagsIn,
} from "./access/tags.ts";
import { dashboardArn } from "./dashboards/dashboards.ts";
import { resourceNotFound } from "./errors.ts";
import { findAlarm, updateAlarm } from "./rows/alarms.ts";
import { findDashboard, writeDashboardTags } from "./rows/dashboards.ts";
import type { CloudWatchTables } from "./tables.ts";

type Db = Transaction<CloudWatchTables>["db"];

/** TagResource, UntagResource, ListTagsForResource: of alarms and dashboards. */
export const tagOperations: OperationTable = defineOperations<typeof cloudwatch>()({
  TagResource: {
    authorize: ({ ResourceARN, Tags }, context) =>
      onTagged("TagResource", ResourceARN, context, requestTagKeys(Tags)),
    handle: ({ ResourceARN, Tags: given }, context) =>
      changeTags(ResourceARN, context, (before) => checkedTags(given, before)),
  },
  UntagResource: {
    authorize: ({ ResourceARN, TagKeys }, context) =>
      onTagged("UntagResource", ResourceARN, context, { "aws:tagkeys": TagKeys }),
    handle({ ResourceARN, TagKeys }, context) {
      refuseReserved(TagKeys);
      return changeTags(ResourceARN, context, (before) =>
        Object.fromEntries(Object.entries(before).filter(([key]) => !TagKeys.includes(key))),
      );
    },
  },
  ListTagsForResource: {
    authorize: ({ ResourceARN }, context) => onTagged("ListTagsForResource", ResourceARN, context),
    async handle({ ResourceARN }, context) {
      const tags = await tagsOf(ResourceARN, context, context.db<CloudWatchTables>());
      if (tags === undefined) throw resourceNotFound(ResourceARN);
      return { Tags: [...tagList(tags)] };
    },
  },
});

/** The name of an alarm or a dashboard of the caller's own that an ARN stands for. */
function named(arn: string, context: RequestContext) {
  const resource = parseArn(arn)?.resource ?? "";
  const name = resource.replace(/^(?:alarm:|dashboard\/)/, "");
  if (arn === alarmArn(placeOf(name, context))) return { kind: "alarm", name } as const;
  if (arn === dashboardArn(requireAccount(context), name))
    return { kind: "dashboard", name } as const;
  return undefined;
}

async function tagsOf(arn: string, context: RequestContext, db: Db): Promise<string | undefined> {
  const subject = named(arn, context);
  if (!subject) return undefined;
  const { kind, name } = subject;
  const row =
    kind === "alarm"
      ? await findAlarm(placeOf(name, context), db)
      : await findDashboard(requireAccount(context), name, db);
  return row?.tags;
}

async function onTagged(
  operation: string,
  arn: string,
  context: RequestContext,
  keys: ContextEntries = {},
): Promise<Authorization> {
  const tags = await tagsOf(arn, context, context.db<CloudWatchTables>());
  return {
    action: `cloudwatch:${operation}`,
    resource: arn,
    context: { ...resourceTagKeys(tags), ...keys },
  };
}

async function changeTags(
  arn: string,
  context: RequestContext,
  change: (before: Tags) => Tags,
): Promise<object> {
  await context.transaction<CloudWatchTables, void>(async ({ db }) => {
    const subject = named(arn, context);
    const before = await tagsOf(arn, context, db);
    if (!subject || before === undefined) throw resourceNotFound(arn);
    const tags = JSON.stringify(withSystemTags(change(tagsIn(before)), context));
    if (subject.kind === "alarm") await updateAlarm(placeOf(subject.name, context), { tags }, db);
    else await writeDashboardTags(requireAccount(context), subject.name, tags, db);
  });
  return {};
}
