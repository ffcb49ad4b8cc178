import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { listed, listOf, pick } from "../../../kernel/resource-types/members.ts";
import { pagesOf, tagsPart } from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall, ResourceModel, ResourceType } from "../../../kernel/resources.ts";

function cloudtrail<Output>(call: ResourceCall, operation: string, input: object) {
  return call.invoke<Output>("cloudtrail", operation, input);
}

interface Trail {
  readonly Name: string;
  readonly TrailARN: string;
  readonly SnsTopicARN?: string;
  readonly KmsKeyId?: string;
  readonly LogFileValidationEnabled?: boolean;
  readonly HasCustomEventSelectors?: boolean;
}

/** The selectors that are declared; the CDK declares an empty list where there are none. */
function selectorsOf(model: ResourceModel): ResourceModel {
  const declared = Object.entries(pick(model, ["EventSelectors", "AdvancedEventSelectors"]));
  return Object.fromEntries(
    declared.filter(([, selectors]) => (selectors as readonly unknown[]).length > 0),
  );
}

/** The settings of a trail, with what they are when nothing is declared. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  CloudWatchLogsLogGroupArn: "",
  CloudWatchLogsRoleArn: "",
  EnableLogFileValidation: false,
  IncludeGlobalServiceEvents: true,
  IsMultiRegionTrail: false,
  IsOrganizationTrail: false,
  KMSKeyId: "",
  S3BucketName: undefined,
  S3KeyPrefix: "",
  SnsTopicName: "",
};

function settingsInput({ KMSKeyId, ...settings }: ResourceModel): ResourceModel {
  return {
    ...pick(settings, Object.keys(SETTINGS)),
    ...(KMSKeyId === undefined ? {} : { KmsKeyId: KMSKeyId }),
  };
}

/** The selectors of a trail that has none of its own. */
const ALL_MANAGEMENT_EVENTS = [{ ReadWriteType: "All", IncludeManagementEvents: true }];

const arnOf = (name: unknown, { partition, region, accountId }: ResourceCall) =>
  `arn:${partition}:cloudtrail:${region}:${accountId}:trail/${name}`;

const trailType = declareType({
  typeName: "AWS::CloudTrail::Trail",
  naming: { property: "TrailName", lengthMax: 128 },
  fixed: ["TrailName"],
  parts: [
    {
      properties: Object.keys(SETTINGS),
      isCreated: true,
      async write({ id: { TrailName: Name }, was, want }, call) {
        const undeclared = Object.keys(SETTINGS).filter(
          (name) => was[name] !== undefined && want[name] === undefined,
        );
        const settings = { ...pick(SETTINGS, undeclared), ...pick(want, Object.keys(SETTINGS)) };
        await cloudtrail(call, "UpdateTrail", { Name, ...settingsInput(settings) });
      },
    },
    {
      properties: ["EventSelectors", "AdvancedEventSelectors"],
      async write({ id: { TrailName }, was, want }, call) {
        const selectors = selectorsOf(want);
        const isDeclared = Object.keys(selectors).length > 0;
        if (!isDeclared && Object.keys(selectorsOf(was)).length === 0) return;
        await cloudtrail(call, "PutEventSelectors", {
          TrailName,
          ...(isDeclared ? selectors : { EventSelectors: ALL_MANAGEMENT_EVENTS }),
        });
      },
    },
    {
      properties: ["IsLogging"],
      async write({ id: { TrailName: Name }, was, want: { IsLogging } }, call) {
        if (IsLogging === true) await cloudtrail(call, "StartLogging", { Name });
        else if (was.IsLogging === true) await cloudtrail(call, "StopLogging", { Name });
      },
      async read({ TrailName: Name }, call) {
        const status = await cloudtrail<ResourceModel>(call, "GetTrailStatus", { Name });
        return { IsLogging: status.IsLogging };
      },
    },
    tagsPart({
      tag: ({ TrailName }, TagsList, call) =>
        cloudtrail(call, "AddTags", { ResourceId: arnOf(TrailName, call), TagsList }),
      untag: ({ TrailName }, keys, call) =>
        cloudtrail(call, "RemoveTags", {
          ResourceId: arnOf(TrailName, call),
          TagsList: keys.map((Key) => ({ Key })),
        }),
      async read({ TrailName }, call) {
        const input = { ResourceIdList: [arnOf(TrailName, call)] };
        const found = await cloudtrail<{
          ResourceTagList: readonly { TagsList?: readonly unknown[] }[];
        }>(call, "ListTags", input);
        return { Tags: listed(found.ResourceTagList[0]?.TagsList) };
      },
    }),
  ],
  async create(want, call) {
    const created = await cloudtrail<Trail>(call, "CreateTrail", {
      Name: want.TrailName,
      ...settingsInput(want),
      ...(want.Tags === undefined ? {} : { TagsList: want.Tags }),
    });
    return { TrailName: created.Name, Arn: created.TrailARN, SnsTopicArn: created.SnsTopicARN };
  },
  async read({ TrailName }, call) {
    const { Trail: found } = await cloudtrail<{ Trail: Trail }>(call, "GetTrail", {
      Name: TrailName,
    });
    const selectors = found.HasCustomEventSelectors
      ? await cloudtrail<ResourceModel>(call, "GetEventSelectors", { TrailName })
      : {};
    return {
      ...pick(selectors, ["EventSelectors", "AdvancedEventSelectors"]),
      ...pick({ ...found }, Object.keys(SETTINGS)),
      KMSKeyId: found.KmsKeyId,
      EnableLogFileValidation: found.LogFileValidationEnabled,
      TrailName: found.Name,
      Arn: found.TrailARN,
      SnsTopicArn: found.SnsTopicARN,
    };
  },
  async delete({ TrailName: Name }, call) {
    await cloudtrail(call, "DeleteTrail", { Name });
    return undefined;
  },
  async *list(_model, call) {
    const options = { service: "cloudtrail", operation: "ListTrails", input: {} };
    const next = ({ NextToken }: { NextToken?: string }) => NextToken;
    const pages = pagesOf<{ NextToken?: string; Trails?: readonly Trail[] }>(
      { ...options, tokenMember: "NextToken", next },
      call,
    );
    for await (const { Trails } of pages)
      for (const { Name } of listOf<Trail>(Trails)) yield { TrailName: Name };
  },
});

export const cloudtrailResources: readonly ResourceType[] = [trailType];
