import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import { encodeDocument } from "../answer-members.ts";
import { deleteConflict, limitExceeded, noSuchPolicy } from "../errors.ts";
import { onPolicy } from "../identities/authorization.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { VERSIONS_PER_POLICY } from "../quotas.ts";
import { required } from "../required.ts";
import { findOwnPolicy, type Policy, setPolicy } from "../rows/policies.ts";
import {
  countVersions,
  deleteVersion,
  findVersionDocument,
  insertVersion,
  type PolicyVersion,
  versionsOfPolicy,
} from "../rows/policy-versions.ts";
import type { Db, IamTables } from "../tables.ts";
import {
  findPolicy,
  type ManagedPolicy,
  noSuchPolicyVersion,
  requireArn,
  requirePolicy,
} from "./managed-policies.ts";
import { requireOwnPolicyArn } from "./policies.ts";
import { parseVersionId, versionId } from "./policy-details.ts";
import { checkManagedPolicy } from "./policy-text.ts";

export function policyVersionOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreatePolicyVersion: {
      authorize: (input, context) => onPolicy(context, required(input.PolicyArn, "policyArn")),
      handle: (input, context) => {
        const arn = requireOwnPolicyArn(required(input.PolicyArn, "policyArn"), context);
        const document = required(input.PolicyDocument, "policyDocument");
        return change(parts, context, async ({ db }) => {
          const policy = await findOwnPolicy(db, context.accountId, arn);
          if (!policy) throw noSuchPolicy(arn);
          checkManagedPolicy(document);
          const { nowMs } = context;
          const isDefault = input.SetAsDefault ?? false;
          const number = await addVersion(db, policy, { document, nowMs, isDefault });
          return { PolicyVersion: versionSummary({ number, createdMs: nowMs }, isDefault) };
        });
      },
    },
    GetPolicyVersion: {
      authorize: (input, context) => onPolicy(context, required(input.PolicyArn, "policyArn")),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const arn = required(input.PolicyArn, "policyArn");
        const id = required(input.VersionId, "versionId");
        const policy = await findPolicy(db, parts.awsPolicies, context.accountId, requireArn(arn));
        if (!policy) throw noSuchPolicyVersion(arn, id);
        const versions = await versionsOf(parts, db, policy);
        const version = versions.find(({ number }) => versionId(number) === id);
        const document = version && (await documentOf(parts, db, policy, version.number));
        if (!version || document === undefined) throw noSuchPolicyVersion(arn, id);
        return {
          PolicyVersion: {
            ...versionSummary(version, version.number === policy.defaultVersion),
            Document: encodeDocument(document),
          },
        };
      },
    },
    ListPolicyVersions: {
      authorize: (input, context) => onPolicy(context, required(input.PolicyArn, "policyArn")),
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const arn = required(input.PolicyArn, "policyArn");
        const policy = await requirePolicy(db, parts.awsPolicies, context.accountId, arn);
        const versions = await versionsOf(parts, db, policy);
        // The newest comes first, so keys count downwards.
        const page = await pageOf(input, versions.reverse(), ({ number }) =>
          String(KEY_BASE - number),
        );
        const Versions = page.items.map((version) =>
          versionSummary(version, version.number === policy.defaultVersion),
        );
        return { Versions, ...page.output };
      },
    },
    SetDefaultPolicyVersion: {
      authorize: (input, context) => onPolicy(context, required(input.PolicyArn, "policyArn")),
      handle: (input, context) => {
        const arn = requireOwnPolicyArn(required(input.PolicyArn, "policyArn"), context);
        return change(parts, context, async ({ db }) => {
          const id = required(input.VersionId, "versionId");
          const { number } = await requireVersion(parts, db, context.accountId, arn, id);
          await setPolicy(db, arn, { default_version: number, updated_ms: context.nowMs });
          return {};
        });
      },
    },
    DeletePolicyVersion: {
      authorize: (input, context) => onPolicy(context, required(input.PolicyArn, "policyArn")),
      handle: (input, context) => {
        const arn = requireOwnPolicyArn(required(input.PolicyArn, "policyArn"), context);
        return change(parts, context, async ({ db }) => {
          const id = required(input.VersionId, "versionId");
          const { policy, number } = await requireVersion(parts, db, context.accountId, arn, id);
          if (number === policy.defaultVersion)
            throw deleteConflict("Cannot delete the default version of a policy.");
          await deleteVersion(db, arn, number);
          return {};
        });
      },
    },
  });
}

/** Nine digits whatever is subtracted, so that text order is number order. */
const KEY_BASE = 1_000_000_000 - 1;

/** Adds a version and returns its number; at the limit, one must be deleted first. */
async function addVersion(
  db: Db,
  policy: Policy,
  version: { document: string; nowMs: number; isDefault: boolean },
): Promise<number> {
  const { document, nowMs, isDefault } = version;
  const { policy_arn: arn } = policy;
  if ((await countVersions(db, arn)) >= VERSIONS_PER_POLICY)
    throw limitExceeded(
      `A managed policy can have up to ${VERSIONS_PER_POLICY} versions. Before you create a new version, you must delete an existing version.`,
    );
  const number = policy.last_version + 1;
  await insertVersion(db, {
    account_id: policy.account_id,
    policy_arn: arn,
    version: number,
    document,
    created_ms: nowMs,
  });
  await setPolicy(db, arn, {
    last_version: number,
    default_version: isDefault ? number : policy.default_version,
    updated_ms: nowMs,
  });
  return number;
}

/** All versions of a policy, the oldest first; AWS keeps more than five of its own. */
export async function versionsOf(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  policy: ManagedPolicy,
): Promise<PolicyVersion[]> {
  if (policy.aws) return [...(parts.awsPolicies.find(policy.arn)?.versions ?? [])];
  return versionsOfPolicy(db, policy.arn);
}

/** A version's document as text. */
export async function documentOf(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  policy: ManagedPolicy,
  version: number,
): Promise<string | undefined> {
  if (policy.aws) return parts.awsPolicies.document(policy.arn, version);
  return findVersionDocument(db, policy.arn, version);
}

/** @throws NoSuchEntity with one sentence, be it the policy or its version that isn't there */
async function requireVersion(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  accountId: string,
  arn: string,
  id: string,
): Promise<{ readonly policy: ManagedPolicy; readonly number: number }> {
  const policy = await findPolicy(db, parts.awsPolicies, accountId, arn);
  const number = parseVersionId(id);
  if (!policy || number === undefined) throw noSuchPolicyVersion(arn, id);
  const versions = await versionsOfPolicy(db, policy.arn);
  if (!versions.some((version) => version.number === number)) throw noSuchPolicyVersion(arn, id);
  return { policy, number };
}

export function versionSummary(version: PolicyVersion, isDefault: boolean) {
  return {
    VersionId: versionId(version.number),
    IsDefaultVersion: isDefault,
    CreateDate: new Date(version.createdMs),
  } satisfies iam.PolicyVersion;
}
