import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../kernel/aws-error.ts";
import type { Invoke } from "../kernel/invoke.ts";
import { pascalMembers, tagList } from "../kernel/resource-types/members.ts";
import type { ResourceCall, ResourceModel, ResourceTypes } from "../kernel/resources.ts";
import { type Entry, finish, type Path, type RefusedCall, SeedCalls } from "./seed-calls.ts";
import type { Seed, SeedAccount } from "./seed-file.ts";

/**
 * Creates what the seed declares and is missing, by the types of its resources. Policies are
 * updated to the file's text; nothing is deleted, and nothing else that exists is changed.
 */
export async function applySeed(
  seed: Seed,
  invoke: Invoke,
  types: Pick<ResourceTypes, "find">,
): Promise<void> {
  const accounts = [...seed.accounts].map(([id, account]) => {
    const place = { accountId: id, region: account.region };
    return { id, account, calls: new SeedCalls(seed, invoke, types, place) };
  });
  // A trust policy may name users of an account that comes later in the file.
  for (const { id, account, calls } of accounts) {
    for (const entry of policyEntries(id, account)) await putPolicy(entry, calls);
    for (const entry of userEntries(id, account)) await calls.put(entry);
  }
  for (const { id, account, calls } of accounts) {
    for (const entry of roleEntries(id, account)) await calls.put(entry);
    for (const [index, BucketName] of account.buckets.entries()) {
      const entry = entryOf(["buckets", index], "AWS::S3::Bucket", { BucketName });
      const own = { Bucket: BucketName, ExpectedBucketOwner: id };
      if (!(await calls.with(entry, (_type, call) => isBucket(own, call)))) await calls.put(entry);
    }
    const configurations = await applyRecordingConfigurations(account, calls);
    await applyChannels(account, configurations, calls);
  }
}

function entryOf(path: Path, typeName: string, want: ResourceModel, ...names: string[]): Entry {
  return { path, typeName, want, names };
}

function policyEntries(id: string, { policies }: SeedAccount): readonly Entry[] {
  return policies.map(({ name, document }, index) => {
    const want = {
      PolicyArn: policyArn(id, name),
      ManagedPolicyName: name,
      PolicyDocument: document,
    };
    return entryOf(["policies", index], "AWS::IAM::ManagedPolicy", want, "PolicyArn");
  });
}

/** A policy that is there gets a version only if the file has another text. */
async function putPolicy(entry: Entry, calls: SeedCalls): Promise<void> {
  const { PolicyArn, ...want } = entry.want;
  await calls.with(entry, async (type, call) => {
    const found = await unlessMissing(type.read({ PolicyArn }, call));
    if (!found) return finish(call, (step) => type.create(want, step));
    const { ManagedPolicyName, PolicyDocument, DefaultVersionId: VersionId } = found;
    if (isDeepStrictEqual(PolicyDocument, want.PolicyDocument)) return found;
    const was = { ManagedPolicyName, PolicyDocument };
    await finish(call, (step) => type.update({ PolicyArn }, was, want, step));
    // The version before it isn't kept: a policy has at most five.
    return call.invoke("iam", "DeletePolicyVersion", { PolicyArn, VersionId });
  });
}

async function unlessMissing<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AwsError && error.code === "NoSuchEntity") return undefined;
    throw error;
  }
}

function userEntries(id: string, { users }: SeedAccount): readonly Entry[] {
  return users.map((user, index) => ({
    ...entryOf(
      ["users", index],
      "AWS::IAM::User",
      { UserName: user.name, ...identity(id, user) },
      "UserName",
    ),
    partOf: partOfIdentity(id, user),
  }));
}

function roleEntries(id: string, { roles }: SeedAccount): readonly Entry[] {
  return roles.map((role, index) => ({
    ...entryOf(
      ["roles", index],
      "AWS::IAM::Role",
      {
        RoleName: role.name,
        AssumeRolePolicyDocument: role.trustPolicy,
        ...identity(id, role),
      },
      "RoleName",
    ),
    partOf: partOfIdentity(id, role),
  }));
}

type Identity = Pick<SeedAccount["users"][number], "policies" | "attachedPolicies">;

function identity(id: string, { policies, attachedPolicies }: Identity): ResourceModel {
  return {
    Policies: policies.map(({ name, document }) => ({
      PolicyName: name,
      PolicyDocument: document,
    })),
    ManagedPolicyArns: attachedPolicies.map((policy) => policyArn(id, policy)),
  };
}

/** The inline or attached policy that a refused call was about. */
function partOfIdentity(id: string, { policies, attachedPolicies }: Identity) {
  return ({ operation, input }: RefusedCall): Path => {
    if (/^Put\w+Policy$/.test(operation))
      return ["policies", policies.findIndex(({ name }) => name === input.PolicyName)];
    if (/^Attach\w+Policy$/.test(operation)) {
      const index = attachedPolicies.findIndex((each) => policyArn(id, each) === input.PolicyArn);
      return ["attachedPolicies", index];
    }
    return [];
  };
}

function policyArn(id: string, policy: string): string {
  return policy.startsWith("arn:") ? policy : `arn:aws:iam::${id}:policy/${policy}`;
}

/** Properties of the file, whose names begin with a small letter, and tags, which are a map. */
function modelOf({ tags, ...members }: { readonly tags?: object | undefined }): ResourceModel {
  const Tags = tagList(tags as Readonly<Record<string, string>> | undefined);
  return { ...(pascalMembers(members) as ResourceModel), ...(Tags && { Tags }) };
}

/** ARNs of all recording configurations in the Region, by name. */
async function applyRecordingConfigurations(
  { recordingConfigurations }: SeedAccount,
  calls: SeedCalls,
): Promise<ReadonlyMap<string, string>> {
  const typeName = "AWS::IVS::RecordingConfiguration";
  const arns = new Map<string, string>();
  const all = entryOf(["recordingConfigurations"], typeName, {});
  await calls.with(all, async (_type, call) => {
    for await (const { name, arn } of recordingConfigurationsOf(call))
      if (name) arns.set(name, arn);
  });
  for (const [index, { bucket, ...given }] of recordingConfigurations.entries()) {
    if (arns.has(given.name)) continue;
    const path = ["recordingConfigurations", index];
    const want = { ...modelOf(given), DestinationConfiguration: { S3: { BucketName: bucket } } };
    const entry = entryOf(path, typeName, want);
    // IVS would accept it and report CREATE_FAILED later.
    const isThere = await calls.with(entry, (_type, call) => isBucket({ Bucket: bucket }, call));
    if (!isThere) throw calls.complain([...path, "bucket"], `there is no bucket ${bucket}`);
    const made = await calls.put(entry);
    if (made) arns.set(given.name, String(made.Arn));
  }
  return arns;
}

interface Summary {
  readonly arn: string;
  readonly name?: string;
}

interface Page {
  readonly recordingConfigurations: readonly Summary[];
  readonly nextToken?: string;
}

async function* recordingConfigurationsOf(call: ResourceCall): AsyncIterable<Summary> {
  let nextToken: string | undefined;
  do {
    const input = nextToken === undefined ? {} : { nextToken };
    const page: Page = await call.invoke("ivs", "ListRecordingConfigurations", input);
    yield* page.recordingConfigurations;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/** False also where the bucket is another account's, which says no more of it. */
async function isBucket(input: object, call: ResourceCall): Promise<boolean> {
  try {
    await call.invoke("s3", "HeadBucket", input);
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.status < 500) return false;
    throw error;
  }
}

async function applyChannels(
  { channels }: SeedAccount,
  recordingConfigurations: ReadonlyMap<string, string>,
  calls: SeedCalls,
): Promise<void> {
  for (const [index, { recordingConfiguration: named = "", ...given }] of channels.entries()) {
    const path = ["channels", index];
    const arn = named.startsWith("arn:") ? named : recordingConfigurations.get(named);
    const want = { ...modelOf(given), ...(arn && { RecordingConfigurationArn: arn }) };
    const entry = entryOf(path, "AWS::IVS::Channel", want);
    const { channels: found } = await calls.with(entry, (_type, call) =>
      call.invoke<{ channels: readonly unknown[] }>("ivs", "ListChannels", {
        filterByName: given.name,
      }),
    );
    if (found.length > 0) continue;
    if (named !== "" && arn === undefined)
      throw calls.complain(
        [...path, "recordingConfiguration"],
        `there is no recording configuration ${named}`,
      );
    const made = await calls.put(entry);
    // A channel's type makes no stream key; whoever writes a seed wants to stream.
    await calls.put(entryOf(path, "AWS::IVS::StreamKey", { ChannelArn: made?.Arn }));
  }
}
