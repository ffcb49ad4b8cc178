import { parseArn } from "../../../kernel/arn.ts";
import type {
  ProposedResource,
  ShareableResource,
  ShareableResources,
  Sharing,
} from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";
import {
  type GrantConstraints,
  type GrantTerms,
  isServiceName,
  termsOf,
} from "../access/grant-policy.ts";
import { defaultPolicy, POLICY_NAME } from "../access/key-policy.ts";
import { keyArn } from "../key-name.ts";
import { grantsIn, grantsOf } from "../rows/grants.ts";
import { findLivingKey, keysIn } from "../rows/keys.ts";
import type { GrantRow, KeyRow, KmsTables } from "../tables.ts";

/** Keys with their policies and grants. */
export const SHAREABLE_KEYS: ShareableResources = {
  resourceType: "AWS::KMS::Key",
  previewed: "kmsKey",
  readAction: "kms:GetKeyPolicy",
  async list({ accountId, region }, reader) {
    const db = reader.db<KmsTables>();
    const keys = await keysIn({ account_id: accountId, region }, db);
    const grants = await grantsIn({ account_id: accountId, region }, db);
    return keys.map((key) => {
      const own = grants.filter(({ key_id }) => key_id === key.key_id).map(grantOf);
      return shared(keyArn(key), key, key.policy, own);
    });
  },
  async propose(proposed, reader) {
    const { kmsKey } = proposed.configuration as { readonly kmsKey: ProposedKey };
    const current = await currentKey(proposed, reader);
    if (!current) return undefined;
    const given = kmsKey.keyPolicies && Object.entries(kmsKey.keyPolicies);
    if (given?.some(([name, text]) => name !== POLICY_NAME || text === "")) return undefined;
    return shared(
      proposed.arn,
      { account_id: proposed.accountId, created_ms: current.createdMs },
      given?.[0]?.[1] ?? current.policy,
      kmsKey.grants?.map(({ granteePrincipal, operations, constraints = {} }) => ({
        grantee: granteePrincipal,
        terms: {
          operations,
          constraints: {
            EncryptionContextEquals: constraints.encryptionContextEquals,
            EncryptionContextSubset: constraints.encryptionContextSubset,
          },
        },
      })) ?? current.grants,
    );
  },
};

interface ProposedKey {
  readonly keyPolicies?: Readonly<Record<string, string>>;
  readonly grants?: readonly {
    readonly operations: readonly string[];
    readonly granteePrincipal: string;
    readonly constraints?: {
      readonly encryptionContextEquals?: Readonly<Record<string, string>>;
      readonly encryptionContextSubset?: Readonly<Record<string, string>>;
    };
  }[];
}

interface SharedGrant {
  readonly grantee: string;
  readonly terms: GrantTerms;
}

interface CurrentKey {
  readonly policy: string;
  readonly grants: readonly SharedGrant[];
  readonly createdMs: number;
}

/** Undefined for what is no key's ARN in the account and Region. */
async function currentKey(
  { arn, accountId, region, nowMs }: ProposedResource,
  reader: Reader,
): Promise<CurrentKey | undefined> {
  const parsed = parseArn(arn);
  const keyId = /^key\/(.+)$/.exec(parsed?.resource ?? "")?.[1];
  if (parsed?.service !== "kms" || keyId === undefined) return undefined;
  if (parsed.accountId !== accountId || parsed.region !== region) return undefined;
  const db = reader.db<KmsTables>();
  const key = await findLivingKey({ region, key_id: keyId }, nowMs, db);
  if (!key) return { policy: defaultPolicy(accountId), grants: [], createdMs: 0 };
  const grants = await grantsOf(key, db);
  return { policy: key.policy, grants: grants.map(grantOf), createdMs: key.created_ms };
}

function grantOf(row: GrantRow): SharedGrant {
  return { grantee: row.grantee, terms: termsOf(row) };
}

function shared(
  arn: string,
  { account_id, created_ms }: Pick<KeyRow, "account_id" | "created_ms">,
  policy: string,
  grants: readonly SharedGrant[],
): ShareableResource {
  return {
    arn,
    accountId: account_id,
    resourceType: SHAREABLE_KEYS.resourceType,
    createdMs: created_ms,
    sharings: [{ source: "POLICY", kind: "key", text: policy }, ...grants.map(policyOfGrant)],
  };
}

function policyOfGrant({ grantee, terms }: SharedGrant): Sharing {
  const statement = {
    Effect: "Allow",
    Principal: isServiceName(grantee) ? { Service: grantee } : { AWS: grantee },
    Action: terms.operations.map((operation) => `kms:${operation}`),
    Resource: "*",
    ...conditionOf(terms.constraints),
  };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return { source: "POLICY", kind: "key", text };
}

function conditionOf(constraints: GrantConstraints): object {
  const context = constraints.EncryptionContextEquals ?? constraints.EncryptionContextSubset;
  const keys = Object.entries(context ?? {}).map(([name, value]) => [
    `kms:EncryptionContext:${name}`,
    value,
  ]);
  return keys.length === 0 ? {} : { Condition: { StringEquals: Object.fromEntries(keys) } };
}
