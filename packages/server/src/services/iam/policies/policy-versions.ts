import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import { encodeDocument } from "../answer-members.ts";
import { deleteConflict, limitExceeded } from "../errors.ts";
import { onPolicy } from "../identities/authorization.ts";
import { currentPolicy, findCurrentPolicy, type PolicySubject } from "../identities/subjects.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { VERSIONS_PER_POLICY } from "../quotas.ts";
import { type Policy, setPolicy } from "../rows/policies.ts";
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
  existingPolicy,
  type ManagedPolicy,
  noSuchPolicyVersion,
  subjectPolicy,
} from "./managed-policies.ts";
import { requireOwnPolicyArn } from "./policies.ts";
import { parseVersionId, versionId } from "./policy-details.ts";
import { checkManagedPolicy } from "./policy-text.ts";

export function policyVersionOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreatePolicyVersion: withSubject({
      authorize: (input, context) => onPolicy(context, input.PolicyArn),
      handle: (input, context, subject) => {
        requireOwnPolicyArn(subject.arn, context);
        const { PolicyDocument: document, SetAsDefault: isDefault = false } = input;
        return change(parts, context, async ({ db }) => {
          const policy = await currentPolicy(db, subject);
          checkManagedPolicy(document);
          const { nowMs } = context;
          const number = await addVersion(db, policy, { document, nowMs, isDefault });
          return { PolicyVersion: versionSummary({ number, createdMs: nowMs }, isDefault) };
        });
      },
    }),
    GetPolicyVersion: withSubject({
      authorize: (input, context) => onPolicy(context, input.PolicyArn),
      handle: async ({ VersionId: id }, context, subject) => {
        const db = context.db<IamTables>();
        const policy = subjectPolicy(parts.awsPolicies, subject);
        if (!policy) throw noSuchPolicyVersion(subject.arn, id);
        const versions = await versionsOf(parts, db, policy);
        const version = versions.find(({ number }) => versionId(number) === id);
        const document = version && (await documentOf(parts, db, policy, version.number));
        if (!version || document === undefined) throw noSuchPolicyVersion(subject.arn, id);
        return {
          PolicyVersion: {
            ...versionSummary(version, version.number === policy.defaultVersion),
            Document: encodeDocument(document),
          },
        };
      },
    }),
    ListPolicyVersions: withSubject({
      authorize: (input, context) => onPolicy(context, input.PolicyArn),
      handle: async (input, context, subject) => {
        const policy = existingPolicy(parts.awsPolicies, subject);
        const versions = await versionsOf(parts, context.db<IamTables>(), policy);
        // The newest comes first, so keys count downwards.
        const page = await pageOf(input, versions.reverse(), ({ number }) =>
          String(KEY_BASE - number),
        );
        const Versions = page.items.map((version) =>
          versionSummary(version, version.number === policy.defaultVersion),
        );
        return { Versions, ...page.output };
      },
    }),
    SetDefaultPolicyVersion: withSubject({
      authorize: (input, context) => onPolicy(context, input.PolicyArn),
      handle: (input, context, subject) => {
        const arn = requireOwnPolicyArn(subject.arn, context);
        return change(parts, context, async ({ db }) => {
          const { number } = await requireVersion(db, subject, input.VersionId);
          await setPolicy(db, arn, { default_version: number, updated_ms: context.nowMs });
          return {};
        });
      },
    }),
    DeletePolicyVersion: withSubject({
      authorize: (input, context) => onPolicy(context, input.PolicyArn),
      handle: (input, context, subject) => {
        const arn = requireOwnPolicyArn(subject.arn, context);
        return change(parts, context, async ({ db }) => {
          const { policy, number } = await requireVersion(db, subject, input.VersionId);
          if (number === policy.default_version)
            throw deleteConflict("Cannot delete the default version of a policy.");
          await deleteVersion(db, arn, number);
          return {};
        });
      },
    }),
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

/** @throws NoSuchEntity with one sentence, whether the policy or its version is missing */
async function requireVersion(
  db: Db,
  subject: PolicySubject,
  id: string,
): Promise<{ readonly policy: Policy; readonly number: number }> {
  const policy = await findCurrentPolicy(db, subject);
  const number = parseVersionId(id);
  const versions = policy ? await versionsOfPolicy(db, policy.policy_arn) : [];
  if (!policy || number === undefined || !versions.some((version) => version.number === number))
    throw noSuchPolicyVersion(subject.arn, id);
  return { policy, number };
}

export function versionSummary(version: PolicyVersion, isDefault: boolean) {
  return {
    VersionId: versionId(version.number),
    IsDefaultVersion: isDefault,
    CreateDate: new Date(version.createdMs),
  } satisfies iam.PolicyVersion;
}
