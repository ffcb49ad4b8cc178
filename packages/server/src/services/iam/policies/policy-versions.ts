import type * as iam from "@aws-sdk/client-iam";
import type { Kysely } from "kysely";
import { defineOperations } from "../../../kernel/operations.ts";
import { deleteConflict, limitExceeded } from "../errors.ts";
import { onPolicy } from "../identities/authorization.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { VERSIONS_PER_POLICY } from "../quotas.ts";
import { required } from "../required.ts";
import type { IamTables } from "../tables.ts";
import {
  findPolicy,
  type ManagedPolicy,
  noSuchPolicyVersion,
  requireArn,
  requirePolicy,
} from "./managed-policies.ts";
import { requireOwnPolicyArn } from "./policies.ts";
import { parseVersionId, versionId } from "./policy-details.ts";
import { checkManagedPolicy, encodeDocument } from "./policy-text.ts";

type Db = Kysely<IamTables>;

interface Version {
  readonly number: number;
  readonly createdMs: number;
}

export function policyVersionOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    CreatePolicyVersion: {
      authorize: (input, context) => onPolicy(context, required(input.PolicyArn, "policyArn")),
      handle: (input, context) => {
        const arn = requireOwnPolicyArn(required(input.PolicyArn, "policyArn"), context);
        const document = required(input.PolicyDocument, "policyDocument");
        return change(parts, context, async ({ db }) => {
          await requirePolicy(db, parts.awsPolicies, context.accountId, arn);
          checkManagedPolicy(document);
          const { nowMs } = context;
          const isDefault = input.SetAsDefault ?? false;
          const number = await insertVersion(db, { arn, document, nowMs, isDefault });
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
          await db
            .updateTable("iam_policies")
            .set({ default_version: number, updated_ms: context.nowMs })
            .where("policy_arn", "=", arn)
            .execute();
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
          await db
            .deleteFrom("iam_policy_versions")
            .where("policy_arn", "=", arn)
            .where("version", "=", number)
            .execute();
          return {};
        });
      },
    },
  });
}

/** Nine digits whatever is subtracted, so that text order is number order. */
const KEY_BASE = 1_000_000_000 - 1;

/** Adds a version and returns its number; at the limit, one must be deleted first. */
async function insertVersion(
  db: Db,
  version: { arn: string; document: string; nowMs: number; isDefault: boolean },
): Promise<number> {
  const { arn, document, nowMs, isDefault } = version;
  const policy = await db
    .selectFrom("iam_policies")
    .selectAll()
    .where("policy_arn", "=", arn)
    .executeTakeFirstOrThrow();
  const { count } = await db
    .selectFrom("iam_policy_versions")
    .select((e) => e.fn.countAll<number>().as("count"))
    .where("policy_arn", "=", arn)
    .executeTakeFirstOrThrow();
  if (Number(count) >= VERSIONS_PER_POLICY)
    throw limitExceeded(
      `A managed policy can have up to ${VERSIONS_PER_POLICY} versions. Before you create a new version, you must delete an existing version.`,
    );
  const number = policy.last_version + 1;
  await db
    .insertInto("iam_policy_versions")
    .values({
      account_id: policy.account_id,
      policy_arn: arn,
      version: number,
      document,
      created_ms: nowMs,
    })
    .execute();
  await db
    .updateTable("iam_policies")
    .set({
      last_version: number,
      default_version: isDefault ? number : policy.default_version,
      updated_ms: nowMs,
    })
    .where("policy_arn", "=", arn)
    .execute();
  return number;
}

/** All versions of a policy, the oldest first; AWS keeps more than five of its own. */
export async function versionsOf(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  policy: ManagedPolicy,
): Promise<Version[]> {
  if (policy.aws) return [...(parts.awsPolicies.find(policy.arn)?.versions ?? [])];
  const rows = await db
    .selectFrom("iam_policy_versions")
    .select(["version", "created_ms"])
    .where("policy_arn", "=", policy.arn)
    .orderBy("version")
    .execute();
  return rows.map((row) => ({ number: row.version, createdMs: row.created_ms }));
}

/** A version's document as text. */
export async function documentOf(
  parts: Pick<IamParts, "awsPolicies">,
  db: Db,
  policy: ManagedPolicy,
  version: number,
): Promise<string | undefined> {
  if (policy.aws) return parts.awsPolicies.document(policy.arn, version);
  const row = await db
    .selectFrom("iam_policy_versions")
    .select("document")
    .where("policy_arn", "=", policy.arn)
    .where("version", "=", version)
    .executeTakeFirst();
  return row?.document;
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
  const row = await db
    .selectFrom("iam_policy_versions")
    .select("version")
    .where("policy_arn", "=", policy.arn)
    .where("version", "=", number)
    .executeTakeFirst();
  if (!row) throw noSuchPolicyVersion(arn, id);
  return { policy, number };
}

export function versionSummary(version: Version, isDefault: boolean) {
  return {
    VersionId: versionId(version.number),
    IsDefaultVersion: isDefault,
    CreateDate: new Date(version.createdMs),
  } satisfies iam.PolicyVersion;
}
