import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../../kernel/aws-error.ts";
import { declareType, type Part } from "../../../kernel/resource-types/declare-type.ts";
import { listed, pick } from "../../../kernel/resource-types/members.ts";
import { pagesOf, tagsPart } from "../../../kernel/resource-types/parts.ts";
import {
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
} from "../../../kernel/resources.ts";

function cloudWatch<Output>(call: ResourceCall, operation: string, input: object): Promise<Output> {
  return call.invoke<Output>("cloudwatch", operation, input);
}

interface Page {
  readonly NextToken?: string;
}

const ACTIONS = ["ActionsEnabled", "AlarmActions", "OKActions", "InsufficientDataActions"];
const METRIC = [
  ...["AlarmDescription", "ComparisonOperator", "DatapointsToAlarm", "Dimensions"],
  ...["EvaluationPeriods", "MetricName", "Metrics", "Namespace", "Period", "Statistic"],
  ...["EvaluateLowSampleCountPercentile", "ExtendedStatistic"],
  ...["Threshold", "TreatMissingData", "Unit", ...ACTIONS],
];
const COMPOSITE = ["AlarmDescription", "AlarmRule", ...ACTIONS];

/** Tags of a resource that its ARN names to the operations. */
function tagsOf(arnOf: (id: ResourceModel, call: ResourceCall) => string): Part {
  return tagsPart({
    tag: (id, Tags, call) =>
      cloudWatch(call, "TagResource", { ResourceARN: arnOf(id, call), Tags }),
    untag: (id, TagKeys, call) =>
      cloudWatch(call, "UntagResource", { ResourceARN: arnOf(id, call), TagKeys }),
    async read(id, call) {
      const input = { ResourceARN: arnOf(id, call) };
      const { Tags } = await cloudWatch<cloudwatch.ListTagsForResourceOutput>(
        call,
        "ListTagsForResource",
        input,
      );
      return { Tags: listed(Tags) };
    },
  });
}

function alarmType(
  kind: "MetricAlarm" | "CompositeAlarm",
  typeName: string,
  properties: readonly string[],
): ResourceType {
  const put = `Put${kind}`;
  const member = `${kind}s` as const;
  const arnOf = ({ AlarmName }: ResourceModel, { partition, region, accountId }: ResourceCall) =>
    `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${AlarmName}`;
  const pages = (input: object, call: ResourceCall) =>
    pagesOf<cloudwatch.DescribeAlarmsOutput>(
      {
        service: "cloudwatch",
        operation: "DescribeAlarms",
        input: { ...input, AlarmTypes: [kind] },
        tokenMember: "NextToken",
        next: ({ NextToken }) => NextToken,
      },
      call,
    );
  const read = async (AlarmName: unknown, call: ResourceCall): Promise<ResourceModel> => {
    for await (const page of pages({ AlarmNames: [AlarmName] }, call)) {
      const [alarm] = page[member] ?? [];
      if (alarm) return shown({ ...alarm }, properties);
    }
    throw new ResourceError("NotFound", `Alarm ${AlarmName} does not exist.`);
  };
  return declareType({
    typeName,
    naming: { property: "AlarmName", lengthMax: 255 },
    fixed: ["AlarmName"],
    parts: [
      {
        properties,
        isCreated: true,
        async write({ id: { AlarmName }, want }, call) {
          await cloudWatch(call, put, { AlarmName, ...pick(want, properties) });
        },
      },
      tagsOf(arnOf),
    ],
    async create(want, call) {
      const [found] = await existing(want.AlarmName, kind, call);
      if (found)
        throw new ResourceError("AlreadyExists", `Alarm ${want.AlarmName} already exists.`);
      await cloudWatch(call, put, want);
      return { AlarmName: want.AlarmName, Arn: arnOf(want, call) };
    },
    read: ({ AlarmName }, call) => read(AlarmName, call),
    async delete({ AlarmName }, call) {
      await read(AlarmName, call);
      await cloudWatch(call, "DeleteAlarms", { AlarmNames: [AlarmName] });
      return undefined;
    },
    async *list(_model, call) {
      for await (const page of pages({}, call))
        for (const { AlarmName } of page[member] ?? []) yield { AlarmName };
    },
  });
}

/** PutMetricAlarm and its sibling would change an alarm that is there, and nobody would know. */
async function existing(AlarmName: unknown, kind: string, call: ResourceCall) {
  const input = { AlarmNames: [AlarmName], AlarmTypes: [kind] };
  const found = await cloudWatch<cloudwatch.DescribeAlarmsOutput>(call, "DescribeAlarms", input);
  return [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])];
}

function shown(alarm: ResourceModel, properties: readonly string[]): ResourceModel {
  const { AlarmName, AlarmArn, ...rest } = alarm;
  const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
  const filled = Object.entries(rest).filter(([, value]) => !isEmpty(value));
  return { AlarmName, Arn: AlarmArn, ...pick(Object.fromEntries(filled), properties) };
}

const dashboardArn = ({ DashboardName }: ResourceModel, { partition, accountId }: ResourceCall) =>
  `arn:${partition}:cloudwatch::${accountId}:dashboard/${DashboardName}`;

const dashboardType = declareType({
  typeName: "AWS::CloudWatch::Dashboard",
  naming: { property: "DashboardName", lengthMax: 255 },
  fixed: ["DashboardName"],
  parts: [
    {
      properties: ["DashboardBody"],
      isCreated: true,
      async write({ id: { DashboardName }, want: { DashboardBody } }, call) {
        await cloudWatch(call, "PutDashboard", { DashboardName, DashboardBody });
      },
    },
    tagsOf(dashboardArn),
  ],
  async create(want, call) {
    const { DashboardName } = want;
    if (await isThere(DashboardName, call))
      throw new ResourceError("AlreadyExists", `Dashboard ${DashboardName} already exists.`);
    await cloudWatch(call, "PutDashboard", want);
    return { DashboardName };
  },
  async read({ DashboardName }, call) {
    const input = { DashboardName };
    const found = await cloudWatch<cloudwatch.GetDashboardOutput>(call, "GetDashboard", input);
    return { DashboardName, DashboardBody: found.DashboardBody };
  },
  async delete({ DashboardName }, call) {
    await cloudWatch(call, "DeleteDashboards", { DashboardNames: [DashboardName] });
    return undefined;
  },
  async *list(_model, call) {
    const next = ({ NextToken }: Page) => NextToken;
    const options = {
      service: "cloudwatch",
      operation: "ListDashboards",
      input: {},
      tokenMember: "NextToken",
      next,
    };
    for await (const page of pagesOf<cloudwatch.ListDashboardsOutput & Page>(options, call))
      for (const { DashboardName } of page.DashboardEntries ?? []) yield { DashboardName };
  },
});

async function isThere(DashboardName: unknown, call: ResourceCall): Promise<boolean> {
  try {
    await cloudWatch(call, "GetDashboard", { DashboardName });
    return true;
  } catch (error) {
    if (error instanceof AwsError && /NotFound/.test(error.code)) return false;
    throw error;
  }
}

export const cloudwatchTypes: readonly ResourceType[] = [
  alarmType("MetricAlarm", "AWS::CloudWatch::Alarm", METRIC),
  alarmType("CompositeAlarm", "AWS::CloudWatch::CompositeAlarm", COMPOSITE),
  dashboardType,
];
