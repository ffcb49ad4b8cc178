import { expect, test, vi } from "vitest";
import { AwsError } from "../../../kernel/aws-error.ts";
import { randomIds } from "../../../kernel/ids.ts";
import type { Decide } from "../../../kernel/invoke.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { newStack } from "../engine/new-stack.ts";
import { engineParts } from "../engine-parts.ts";
import type { OperationRow } from "../tables.ts";
import { EngineTypes } from "./engine-types.ts";
import {
  type HandlerPermissions,
  type NeededCall,
  StackStepCalls,
  type TypeHandlers,
} from "./own-type.ts";

/*
 * Types of the engine's own have no operation that would decide on them. Each one declares what it
 * needs or stands among the free ones, and nothing of it is done before that is decided.
 */

const ACCOUNT = "000000000000";
const REGION = "us-east-1";
const TOKEN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:maker`;

/** Types that need no permission, each with a reason in its declaration. */
const FREE = [
  "AWS::CDK::Metadata",
  "AWS::CloudFormation::WaitCondition",
  "AWS::CloudFormation::WaitConditionHandle",
];

const INVOKE = ["lambda:InvokeFunction"];
const CUSTOM = { create: INVOKE, update: INVOKE, delete: INVOKE };

/** The actions that the other types need, for properties that have all that there is. */
const NEEDED: Readonly<Record<string, Record<"create" | "update" | "delete", string[]>>> = {
  "AWS::CloudFormation::Stack": {
    create: ["cloudformation:CreateStack"],
    update: ["cloudformation:UpdateStack"],
    delete: ["cloudformation:DeleteStack"],
  },
  "AWS::Lambda::Function": {
    create: [
      ...["lambda:CreateFunction", "iam:PassRole", "lambda:TagResource", "lambda:GetFunction"],
    ],
    update: [
      ...["lambda:UpdateFunctionConfiguration", "iam:PassRole", "lambda:UpdateFunctionCode"],
      ...["lambda:TagResource", "lambda:UntagResource", "lambda:GetFunction"],
    ],
    delete: ["lambda:DeleteFunction"],
  },
  "AWS::Lambda::LayerVersion": {
    create: ["lambda:PublishLayerVersion"],
    // Every property of it is one that replaces.
    update: [],
    delete: ["lambda:DeleteLayerVersion"],
  },
  "AWS::Logs::LogGroup": {
    create: [
      ...["logs:CreateLogGroup", "logs:TagResource", "logs:PutRetentionPolicy"],
      ...["logs:AssociateKmsKey", "logs:PutDataProtectionPolicy"],
    ],
    update: [
      ...["logs:PutRetentionPolicy", "logs:AssociateKmsKey", "logs:PutDataProtectionPolicy"],
      ...["logs:TagResource", "logs:UntagResource"],
    ],
    delete: ["logs:DeleteLogGroup"],
  },
  "Custom::AWS": CUSTOM,
  "Custom::AWSCDKOpenIdConnectProvider": CUSTOM,
  "Custom::AnyEndpoint": CUSTOM,
  "Custom::CDKBucketDeployment": CUSTOM,
  "Custom::S3AutoDeleteObjects": CUSTOM,
  "Custom::S3BucketNotifications": CUSTOM,
};

/** Properties of all types at once. */
function propertiesOf(version: string): ResourceModel {
  return {
    ...{ ServiceToken: TOKEN, Role: `arn:aws:iam::${ACCOUNT}:role/maker`, FunctionName: "maker" },
    ...{ Code: { S3Key: version }, Handler: version, Tags: [{ Key: "version", Value: version }] },
    ...{ LayerName: "layer", LogGroupName: "group", RetentionInDays: version.length },
    ...{ KmsKeyId: version, DataProtectionPolicy: { version } },
    ...{ StackName: "child", TemplateURL: "http://127.0.0.1:4566/b/t.json" },
  };
}

/** All types that the engine adds, as they are declared and as the engine works with them. */
function ownTypes() {
  const add = vi.spyOn(EngineTypes.prototype, "add");
  const addCustom = vi.spyOn(EngineTypes.prototype, "addCustom");
  const nothing = () => {
    throw new Error("nothing may be done before it is decided");
  };
  const { types } = engineParts({
    ...{ resources: { typeNames: [], find: nothing, schema: nothing } },
    ...{ settings: { customResources: { [TOKEN]: "http://127.0.0.1:9/" } } },
    ...{ clock: { nowMs: () => 1 }, ids: { uuid: nothing }, invoke: nothing },
    ...{ runs: {}, calls: {}, address: {} },
  } as unknown as Parameters<typeof engineParts>[0]);
  const declared = add.mock.calls.map(([type]) => type);
  const endpoint = addCustom.mock.calls[0]?.[0]("Custom::AnyEndpoint");
  return { types, declared: endpoint ? [...declared, endpoint] : declared };
}

const stack = newStack("parent", { account_id: ACCOUNT, region: REGION }, 1, {
  ...randomIds,
  uuid: () => "id",
});
const MODEL: ResourceModel = {
  ...propertiesOf("1"),
  ...{ "#properties": propertiesOf("1"), PhysicalResourceId: "id", StackId: stack.stack_id },
  LayerVersionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:layer:1`,
};

/** A query that finds the stack's row, whatever it asks for. */
const query: object = new Proxy(() => query, {
  get: (_target, name) => (name === "executeTakeFirst" ? async () => stack : () => query),
});
/** Reads alone: whatever writes fails in another way than by a refusal. */
const transaction = {
  db: { selectFrom: () => query },
  tables: () => transaction,
} as unknown as Transaction;

/** A first step, decided so. */
function stepOf(decide: Decide): StackStepCalls {
  const as = { principal: { kind: "root", accountId: ACCOUNT, arn: "arn:root" } } as const;
  const invoke = () => Promise.reject(new Error("nothing may be called before it is decided"));
  return new StackStepCalls(
    { decide, invoke, ids: randomIds, as, region: REGION, transaction, token: "token" },
    { stack, operation: { phase: "back" } as OperationRow, logicalId: "Logical" },
  );
}

const KINDS = ["create", "update", "delete"] as const;
const { types, declared } = ownTypes();

function run(
  type: TypeHandlers | HandlerPermissions,
  kind: (typeof KINDS)[number],
  call: StackStepCalls,
) {
  if (kind === "create") return type.create(propertiesOf("1"), call);
  if (kind === "delete") return type.delete(MODEL, call);
  return type.update(MODEL, propertiesOf("1"), propertiesOf("22"), call);
}

test("each type declares its permissions, or stands among the free ones with a reason", () => {
  const free = declared.filter(({ permissions }) => "free" in permissions);
  expect(free.map(({ schema }) => schema.typeName).sort()).toEqual(FREE);
  for (const { permissions } of free)
    expect("free" in permissions && permissions.free).toMatch(/^[A-Z].{20,}\.$/);
  const others = declared.filter((each) => !free.includes(each));
  expect(others.map(({ schema }) => schema.typeName).sort()).toEqual(Object.keys(NEEDED).sort());
});

test.each(Object.entries(NEEDED))("%s needs what AWS's handlers need", async (name, needed) => {
  const { permissions } = declared.find(({ schema }) => schema.typeName === name) ?? {};
  if (!permissions || "free" in permissions) throw new Error(`${name} declares nothing`);
  const call = stepOf(() => Promise.reject(new Error("asked")));
  const actions = async (kind: (typeof KINDS)[number]) => {
    const calls = (await run(permissions, kind, call)) as readonly NeededCall[];
    return calls.flat().map(({ action }) => action);
  };
  for (const kind of KINDS) expect([kind, await actions(kind)]).toEqual([kind, needed[kind]]);
});

test.each(
  Object.entries(NEEDED).flatMap(([name, needed]) =>
    KINDS.flatMap((kind) => needed[kind].map((_action, at) => [name, kind, at] as const)),
  ),
)("%s does nothing in %s when its pair %i is refused", async (name, kind, refused) => {
  const type = await types.find(name);
  if (!type) throw new Error(`there is no ${name}`);
  let asked = 0;
  const call = stepOf(async (pairs) => {
    asked += [pairs].flat().length;
    if (asked > refused) throw new AwsError("AccessDenied", "refused", { status: 403 });
  });
  await expect((async () => run(type, kind, call))()).rejects.toThrow("refused");
});
