import { declareType, type Part } from "../../../kernel/resource-types/declare-type.ts";
import {
  documentOf,
  documentText,
  listed,
  listOf,
  pick,
} from "../../../kernel/resource-types/members.ts";
import { pagesOf, tagsPart } from "../../../kernel/resource-types/parts.ts";
import {
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
} from "../../../kernel/resources.ts";

/** AWS's default and greatest. Source: KMS API reference, ScheduleKeyDeletion. */
const PENDING_WINDOW_DAYS = 30;
const PENDING_WINDOW_DAYS_MIN = 7;

function kms<Output>(
  call: ResourceCall,
  operation: string,
  input: object,
  region?: string,
): Promise<Output> {
  return call.invoke<Output>("kms", operation, input, region);
}

interface Page {
  readonly NextMarker?: string;
}

async function* kmsItems<Item>(
  call: ResourceCall,
  operation: string,
  input: object,
  member: string,
): AsyncIterable<Item> {
  const next = ({ NextMarker }: Page) => NextMarker;
  const options = { service: "kms", operation, input, tokenMember: "Marker", next };
  for await (const page of pagesOf<Page & Readonly<Record<string, unknown>>>(options, call))
    yield* listOf<Item>(page[member]);
}

interface KeyMetadata {
  readonly KeyId: string;
  readonly Arn: string;
  readonly KeyState: string;
  readonly KeyUsage: string;
  readonly KeySpec: string;
  readonly Origin: string;
  readonly Enabled: boolean;
  readonly MultiRegionConfiguration?: { readonly PrimaryKey?: { readonly Arn: string } };
}

/** The parts that keys and replicas have alike. */
const shared: readonly Part[] = [
  {
    properties: ["KeyPolicy"],
    isCreated: true,
    async write({ id: { KeyId }, want }, call) {
      await kms(call, "PutKeyPolicy", {
        KeyId,
        Policy: documentText(want.KeyPolicy),
        ...pick(want, ["BypassPolicyLockoutSafetyCheck"]),
      });
    },
    async read({ KeyId }, call) {
      const { Policy } = await kms<{ Policy: string }>(call, "GetKeyPolicy", { KeyId });
      return { KeyPolicy: documentOf(Policy) };
    },
  },
  {
    properties: ["Description"],
    isCreated: true,
    async write({ id: { KeyId }, want: { Description = "" } }, call) {
      await kms(call, "UpdateKeyDescription", { KeyId, Description });
    },
  },
  {
    properties: ["Enabled"],
    async write({ id: { KeyId }, was, want: { Enabled = true } }, call) {
      if (Enabled !== (was.Enabled ?? true))
        await kms(call, Enabled ? "EnableKey" : "DisableKey", { KeyId });
    },
  },
  // How long the deletion waits: nothing before that.
  {
    properties: ["PendingWindowInDays"],
    isCreated: true,
    async write({ want }) {
      requirePendingWindow(want);
    },
  },
  tagsPart({
    tag: ({ KeyId }, tags, call) =>
      kms(call, "TagResource", {
        KeyId,
        Tags: tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
      }),
    untag: ({ KeyId }, TagKeys, call) => kms(call, "UntagResource", { KeyId, TagKeys }),
    async read({ KeyId }, call) {
      const tags: { Key: string; Value: string }[] = [];
      const items = kmsItems<{ TagKey: string; TagValue: string }>(
        call,
        "ListResourceTags",
        { KeyId },
        "Tags",
      );
      for await (const { TagKey, TagValue } of items) tags.push({ Key: TagKey, Value: TagValue });
      return { Tags: listed(tags) };
    },
  }),
];

function tagsInput({ Tags }: ResourceModel): object {
  const tags = listOf<{ Key: string; Value: string }>(Tags);
  if (tags.length === 0) return {};
  return { Tags: tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })) };
}

/** A key that waits for its deletion is gone already, as stacks see it. */
async function metadataOf(KeyId: unknown, call: ResourceCall): Promise<KeyMetadata> {
  const { KeyMetadata } = await kms<{ KeyMetadata: KeyMetadata }>(call, "DescribeKey", { KeyId });
  if (!KeyMetadata.KeyState.startsWith("Pending") || KeyMetadata.KeyState === "PendingImport")
    return KeyMetadata;
  throw new ResourceError("NotFound", `Key '${KeyMetadata.Arn}' is pending deletion.`);
}

/** A window that ScheduleKeyDeletion refuses would leave the stack with a key it can't delete. */
function requirePendingWindow({ PendingWindowInDays: days }: ResourceModel): void {
  if (
    days === undefined ||
    (Number(days) >= PENDING_WINDOW_DAYS_MIN && Number(days) <= PENDING_WINDOW_DAYS)
  )
    return;
  throw new ResourceError("InvalidRequest", "PendingWindowInDays must be between 7 and 30");
}

async function deleteKey(id: ResourceModel, call: ResourceCall): Promise<undefined> {
  const { KeyId } = await metadataOf(id.KeyId, call);
  const { PendingWindowInDays = PENDING_WINDOW_DAYS } = id;
  await kms(call, "ScheduleKeyDeletion", { KeyId, PendingWindowInDays });
}

async function* keyIds(call: ResourceCall): AsyncIterable<ResourceModel> {
  for await (const { KeyId } of kmsItems<KeyMetadata>(call, "ListKeys", {}, "Keys"))
    yield { KeyId };
}

/** The rotation of symmetric keys that KMS made itself; others have none. */
const rotation: Part = {
  properties: ["EnableKeyRotation", "RotationPeriodInDays"],
  async write({ id: { KeyId }, was, want }, call) {
    if (want.EnableKeyRotation === true) {
      const input = { KeyId, ...pick(want, ["RotationPeriodInDays"]) };
      await kms(call, "EnableKeyRotation", input);
    } else if (was.EnableKeyRotation === true) await kms(call, "DisableKeyRotation", { KeyId });
  },
  async read({ KeyId, KeySpec, Origin }, call) {
    if (KeySpec !== "SYMMETRIC_DEFAULT" || Origin !== "AWS_KMS") return {};
    const status = await kms<{ KeyRotationEnabled: boolean; RotationPeriodInDays?: number }>(
      call,
      "GetKeyRotationStatus",
      { KeyId },
    );
    return {
      EnableKeyRotation: status.KeyRotationEnabled,
      RotationPeriodInDays: status.RotationPeriodInDays,
    };
  },
};

const IMMUTABLE = ["KeySpec", "KeyUsage", "MultiRegion", "Origin"];

const keyType = declareType({
  typeName: "AWS::KMS::Key",
  fixed: [],
  parts: [
    // The operations on the policy read it.
    { properties: ["BypassPolicyLockoutSafetyCheck"], isCreated: true, async write() {} },
    {
      properties: IMMUTABLE,
      isCreated: true,
      async write() {
        throw new ResourceError(
          "NotUpdatable",
          "You cannot change the KeySpec, KeyUsage, MultiRegion or Origin of an existing KMS key.",
        );
      },
    },
    ...shared.slice(0, 2),
    rotation,
    ...shared.slice(2),
  ],
  async create(want, call) {
    requirePendingWindow(want);
    const Policy = documentText(want.KeyPolicy);
    const answer = await kms<{ KeyMetadata: KeyMetadata }>(call, "CreateKey", {
      ...pick(want, [...IMMUTABLE, "Description", "BypassPolicyLockoutSafetyCheck"]),
      ...(Policy === undefined ? {} : { Policy }),
      ...tagsInput(want),
    });
    return pick({ ...answer.KeyMetadata }, ["KeyId", "Arn"]);
  },
  async read({ KeyId }, call) {
    const metadata = await metadataOf(KeyId, call);
    return pick({ ...metadata }, ["KeyId", "Arn", "Description", "Enabled", ...IMMUTABLE]);
  },
  delete: deleteKey,
  list: (_model, call) => keyIds(call),
});

const replicaKeyType = declareType({
  typeName: "AWS::KMS::ReplicaKey",
  fixed: ["PrimaryKeyArn"],
  parts: shared,
  async create(want, call) {
    requirePendingWindow(want);
    const primary = String(want.PrimaryKeyArn);
    const input = {
      KeyId: primary,
      ReplicaRegion: call.region,
      Policy: documentText(want.KeyPolicy),
      ...pick(want, ["Description"]),
      ...tagsInput(want),
    };
    const [, , , region] = primary.split(":");
    const answer = await kms<{ ReplicaKeyMetadata: KeyMetadata }>(
      call,
      "ReplicateKey",
      input,
      region,
    );
    return pick({ ...answer.ReplicaKeyMetadata }, ["KeyId", "Arn"]);
  },
  async read({ KeyId }, call) {
    const metadata = await metadataOf(KeyId, call);
    const PrimaryKeyArn = metadata.MultiRegionConfiguration?.PrimaryKey?.Arn;
    return { ...pick({ ...metadata }, ["KeyId", "Arn", "Description", "Enabled"]), PrimaryKeyArn };
  },
  delete: deleteKey,
  list: (_model, call) => keyIds(call),
});

interface Alias {
  readonly AliasName: string;
  readonly TargetKeyId?: string;
}

const aliasType = declareType({
  typeName: "AWS::KMS::Alias",
  fixed: ["AliasName"],
  parts: [
    {
      properties: ["TargetKeyId"],
      isCreated: true,
      async write({ id: { AliasName }, want: { TargetKeyId } }, call) {
        await kms(call, "UpdateAlias", { AliasName, TargetKeyId });
      },
    },
  ],
  async create({ AliasName, TargetKeyId }, call) {
    await kms(call, "CreateAlias", { AliasName, TargetKeyId });
    return { AliasName };
  },
  async read({ AliasName }, call) {
    for await (const alias of kmsItems<Alias>(call, "ListAliases", {}, "Aliases"))
      if (alias.AliasName === AliasName) return pick({ ...alias }, ["AliasName", "TargetKeyId"]);
    throw new ResourceError("NotFound", `Alias ${AliasName} is not found.`);
  },
  async delete({ AliasName }, call) {
    await kms(call, "DeleteAlias", { AliasName });
    return undefined;
  },
  async *list(_model, call) {
    for await (const { AliasName } of kmsItems<Alias>(call, "ListAliases", {}, "Aliases"))
      yield { AliasName };
  },
});

export const kmsResources: readonly ResourceType[] = [aliasType, keyType, replicaKeyType];
