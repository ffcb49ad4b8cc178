import { AwsError } from "../kernel/aws-error.ts";
import type { Invoke } from "../kernel/invoke.ts";
import { pathText } from "./check-value.ts";
import { ConfigError } from "./config-error.ts";
import type { Seed, SeedAccount } from "./seed-file.ts";

/** A path below an account: `["users", 0]`. */
type Path = readonly (string | number)[];

type Complain = (path: Path, problem: string) => ConfigError;

/** Calls as the account's root user; a refusal becomes an error with the place in the file. */
type Act = <Output>(
  path: Path,
  service: string,
  operation: string,
  input: object,
  options?: { readonly unless?: readonly string[] },
) => Promise<Output | undefined>;

/**
 * Creates what the seed declares and is missing, through the public operations. Policies are
 * updated to the file's text; nothing is deleted, and nothing else that exists is changed.
 */
export async function applySeed(seed: Seed, invoke: Invoke): Promise<void> {
  const accounts = [...seed.accounts].map(([id, account]) => {
    const complain: Complain = (path, problem) => {
      const whole = ["accounts", id, ...path];
      return new ConfigError(`${seed.placeOf(whole)}: ${pathText(whole)}: ${problem}`);
    };
    return { id, account, complain, act: actor(complain, id, account.region, invoke) };
  });
  // A trust policy may name users of an account that comes later in the file.
  for (const { id, account, act } of accounts) {
    await applyPolicies(id, account, act);
    await applyUsers(id, account, act);
  }
  for (const { id, account, act, complain } of accounts) {
    await applyRoles(id, account, act);
    await applyBuckets(account, act);
    const configurations = await applyRecordingConfigurations(account, act, complain);
    await applyChannels(account, configurations, act, complain);
  }
}

function actor(complain: Complain, id: string, region: string, invoke: Invoke): Act {
  const arn = `arn:aws:iam::${id}:root`;
  const as = { principal: { kind: "root", accountId: id, arn } } as const;
  return async (path, service, operation, input, { unless = [] } = {}) => {
    try {
      return await invoke(service, operation, input, { as, region, userAgent: "rolecast-seed" });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (unless.includes(error.code)) return undefined;
      throw complain(path, `${operation} answered ${error.code}: ${error.message}`);
    }
  };
}

const EXISTS = { unless: ["EntityAlreadyExists"] };
const NO_BUCKET = { unless: ["NoSuchBucket", "NotFound"] };
const MISSING = { unless: ["NoSuchEntity"] };

async function applyPolicies(id: string, { policies }: SeedAccount, act: Act): Promise<void> {
  for (const [index, { name, document }] of policies.entries()) {
    const path = ["policies", index];
    const PolicyDocument = JSON.stringify(document);
    const PolicyArn = `arn:aws:iam::${id}:policy/${name}`;
    const found = await act<{ Policy: { DefaultVersionId: string } }>(
      path,
      "iam",
      "GetPolicy",
      { PolicyArn },
      MISSING,
    );
    if (!found) {
      await act(path, "iam", "CreatePolicy", { PolicyName: name, PolicyDocument });
      continue;
    }
    const VersionId = found.Policy.DefaultVersionId;
    const version = await act<{ PolicyVersion: { Document: string } }>(
      path,
      "iam",
      "GetPolicyVersion",
      { PolicyArn, VersionId },
    );
    if (decodeURIComponent(version?.PolicyVersion.Document ?? "") === PolicyDocument) continue;
    await act(path, "iam", "CreatePolicyVersion", {
      PolicyArn,
      PolicyDocument,
      SetAsDefault: true,
    });
    // The version before it isn't kept: a policy has at most five.
    await act(path, "iam", "DeletePolicyVersion", { PolicyArn, VersionId });
  }
}

async function applyUsers(id: string, { users }: SeedAccount, act: Act): Promise<void> {
  for (const [index, { name, policies, attachedPolicies }] of users.entries()) {
    const path = ["users", index];
    const user = { UserName: name };
    await act(path, "iam", "CreateUser", user, EXISTS);
    for (const [at, policy] of policies.entries())
      await act([...path, "policies", at], "iam", "PutUserPolicy", { ...user, ...inline(policy) });
    for (const [at, policy] of attachedPolicies.entries())
      await act([...path, "attachedPolicies", at], "iam", "AttachUserPolicy", {
        ...user,
        PolicyArn: policyArn(id, policy),
      });
  }
}

async function applyRoles(id: string, { roles }: SeedAccount, act: Act): Promise<void> {
  for (const [index, { name, trustPolicy, policies, attachedPolicies }] of roles.entries()) {
    const path = ["roles", index];
    const role = { RoleName: name };
    const trust = JSON.stringify(trustPolicy);
    const found = await act(path, "iam", "GetRole", role, MISSING);
    if (found) await act(path, "iam", "UpdateAssumeRolePolicy", { ...role, PolicyDocument: trust });
    else await act(path, "iam", "CreateRole", { ...role, AssumeRolePolicyDocument: trust });
    for (const [at, policy] of policies.entries())
      await act([...path, "policies", at], "iam", "PutRolePolicy", { ...role, ...inline(policy) });
    for (const [at, policy] of attachedPolicies.entries())
      await act([...path, "attachedPolicies", at], "iam", "AttachRolePolicy", {
        ...role,
        PolicyArn: policyArn(id, policy),
      });
  }
}

function inline({ name, document }: { name: string; document: object }) {
  return { PolicyName: name, PolicyDocument: JSON.stringify(document) };
}

function policyArn(id: string, policy: string): string {
  return policy.startsWith("arn:") ? policy : `arn:aws:iam::${id}:policy/${policy}`;
}

async function applyBuckets({ buckets, region }: SeedAccount, act: Act): Promise<void> {
  const elsewhere = region !== "us-east-1" && {
    CreateBucketConfiguration: { LocationConstraint: region },
  };
  const owned = { unless: ["BucketAlreadyOwnedByYou"] };
  for (const [index, Bucket] of buckets.entries())
    await act(["buckets", index], "s3", "CreateBucket", { Bucket, ...elsewhere }, owned);
}

/** ARNs of all recording configurations in the Region, by name. */
async function applyRecordingConfigurations(
  { recordingConfigurations }: SeedAccount,
  act: Act,
  complain: Complain,
): Promise<ReadonlyMap<string, string>> {
  type Summary = { readonly arn: string; readonly name?: string };
  const arns = new Map<string, string>();
  let nextToken: string | undefined;
  do {
    const page = await act<{ recordingConfigurations: Summary[]; nextToken?: string }>(
      ["recordingConfigurations"],
      "ivs",
      "ListRecordingConfigurations",
      nextToken === undefined ? {} : { nextToken },
    );
    for (const { name, arn } of page?.recordingConfigurations ?? []) if (name) arns.set(name, arn);
    nextToken = page?.nextToken;
  } while (nextToken !== undefined);
  for (const [index, { bucket, ...configuration }] of recordingConfigurations.entries()) {
    const { name } = configuration;
    if (arns.has(name)) continue;
    const path = ["recordingConfigurations", index];
    // IVS would accept it and report CREATE_FAILED later.
    const found = await act<object>(path, "s3", "HeadBucket", { Bucket: bucket }, NO_BUCKET);
    if (!found) throw complain([...path, "bucket"], `there is no bucket ${bucket}`);
    const created = await act<{ recordingConfiguration: Summary }>(
      path,
      "ivs",
      "CreateRecordingConfiguration",
      { ...configuration, destinationConfiguration: { s3: { bucketName: bucket } } },
    );
    if (created) arns.set(name, created.recordingConfiguration.arn);
  }
  return arns;
}

async function applyChannels(
  { channels }: SeedAccount,
  recordingConfigurations: ReadonlyMap<string, string>,
  act: Act,
  complain: Complain,
): Promise<void> {
  for (const [
    index,
    { recordingConfiguration: configuration = "", ...channel },
  ] of channels.entries()) {
    const path = ["channels", index];
    const found = await act<{ channels: unknown[] }>(path, "ivs", "ListChannels", {
      filterByName: channel.name,
    });
    if (found && found.channels.length > 0) continue;
    const recordingConfigurationArn = configuration.startsWith("arn:")
      ? configuration
      : recordingConfigurations.get(configuration);
    if (configuration !== "" && recordingConfigurationArn === undefined)
      throw complain(
        [...path, "recordingConfiguration"],
        `there is no recording configuration ${configuration}`,
      );
    await act(path, "ivs", "CreateChannel", { ...channel, recordingConfigurationArn });
  }
}
