import type { Ids } from "../../../kernel/ids.ts";
import { ownValue } from "../../../kernel/own-value.ts";
import type { ManagedKeys } from "../../../kernel/ports/managed-keys.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { KeyMaterials } from "../ciphertext/key-materials.ts";
import { keyArn, RESERVED_PREFIX } from "../key-name.ts";
import { insertAlias } from "../rows/aliases.ts";
import { findManagedKey } from "../rows/keys.ts";
import type { KmsTables } from "../tables.ts";
import { makeKey, type NewKey, storeKey } from "./new-key.ts";
import { nextRotationMs, YEARLY_DAYS } from "./rotation-dates.ts";

/** Facts of AWS managed keys that differ from the usual ones. */
const MANAGED: Readonly<Record<string, { readonly things: string; readonly policyId: string }>> = {
  s3: { things: "S3 objects", policyId: "auto-s3-2" },
  ssm: { things: "SSM parameters", policyId: "auto-ssm-1" },
};

/** Makes the keys that services use for accounts. */
export class AwsManagedKeys implements ManagedKeys {
  readonly #parts: { readonly ids: Ids; readonly materials: KeyMaterials };

  constructor(parts: { readonly ids: Ids; readonly materials: KeyMaterials }) {
    this.#parts = parts;
  }

  async require(
    service: string,
    { accountId, region }: { readonly accountId: string; readonly region: string },
    context: RequestContext,
  ): Promise<string> {
    const known = await findManagedKey(service, accountId, region, context.db<KmsTables>());
    if (known) return keyArn(known);
    const make = await makeKey(
      newManagedKey(service, accountId, region),
      context.nowMs,
      this.#parts,
    );
    return context.transaction<KmsTables, string>(async ({ db }) => {
      const meanwhile = await findManagedKey(service, accountId, region, db);
      if (meanwhile) return keyArn(meanwhile);
      const rotation_ms = nextRotationMs(context.nowMs, YEARLY_DAYS);
      const key = { ...make.key, rotation_days: YEARLY_DAYS, rotation_ms };
      await storeKey({ ...make, key }, db);
      const { key_id, created_ms } = key;
      const alias_name = `${RESERVED_PREFIX}${service}`;
      const place = { account_id: accountId, region, alias_name };
      await insertAlias({ ...place, key_id, created_ms, updated_ms: created_ms }, db);
      return keyArn(key);
    });
  }
}

function newManagedKey(service: string, accountId: string, region: string): NewKey {
  const { things = service, policyId = `auto-${service}-1` } = ownValue(MANAGED, service) ?? {};
  return {
    account_id: accountId,
    region,
    key_manager: "AWS",
    description: `Default key that protects my ${things} when no other key is defined`,
    policy: managedPolicy(service, policyId, accountId, region),
    tags: "{}",
  };
}

/**
 * Everybody in the account may use the key, through the service and in no other way. Source: KMS
 * developer guide, "AWS managed keys", and the policies that accounts show.
 */
function managedPolicy(service: string, Id: string, accountId: string, region: string): string {
  const name = service.toUpperCase();
  const everybody = "all principals in the account that are";
  return JSON.stringify({
    Version: "2012-10-17",
    Id,
    Statement: [
      {
        Sid: `Allow access through ${name} for ${everybody} authorized to use ${name}`,
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:DescribeKey",
        ],
        Resource: "*",
        Condition: {
          StringEquals: {
            "kms:CallerAccount": accountId,
            "kms:ViaService": `${service}.${region}.amazonaws.com`,
          },
        },
      },
      {
        Sid: "Allow direct access to key metadata to the account",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: ["kms:Describe*", "kms:Get*", "kms:List*"],
        Resource: "*",
      },
    ],
  });
}
