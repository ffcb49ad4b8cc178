import type { ResourcePolicy } from "../../../kernel/authorization.ts";
import type { Principal } from "../../../kernel/principal.ts";
import type { EncryptionContext } from "../ciphertext/ciphertext-blob.ts";
import { keyArn } from "../key-name.ts";
import { isSymmetric, type SpecAndUsage } from "../key-spec.ts";
import type { GrantRow, KeyRow } from "../tables.ts";

const ENCRYPTION = ["Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"];
const DATA_KEYS = [
  ...["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
  ...["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"],
];
const OF_EACH_KEY = ["CreateGrant", "RetireGrant", "DescribeKey"];

/**
 * Operations that a grant on a key may allow: those that the key takes. Source: KMS developer
 * guide, "Grant operations".
 */
export function grantOperations(key: SpecAndUsage): readonly string[] {
  return [...operationsOf(key), ...OF_EACH_KEY];
}

function operationsOf(key: SpecAndUsage): readonly string[] {
  switch (key.key_usage) {
    case "ENCRYPT_DECRYPT":
      return [...ENCRYPTION, ...(isSymmetric(key) ? DATA_KEYS : ["GetPublicKey"])];
    case "SIGN_VERIFY":
      return ["Sign", "Verify", "GetPublicKey"];
    case "GENERATE_VERIFY_MAC":
      return ["GenerateMac", "VerifyMac"];
    case "KEY_AGREEMENT":
      return ["DeriveSharedSecret", "GetPublicKey"];
    default:
      return key.key_usage satisfies never;
  }
}

/** Operations that know no encryption context, so that a constraint can't hold them. */
const UNCONSTRAINED: readonly string[] = ["DescribeKey", "RetireGrant"];

/** A grant as far as it says what may be done. */
export interface GrantTerms {
  readonly operations: readonly string[];
  readonly constraints: GrantConstraints;
}

export interface GrantConstraints {
  readonly EncryptionContextEquals?: EncryptionContext | undefined;
  readonly EncryptionContextSubset?: EncryptionContext | undefined;
}

export function termsOf({ operations, constraints }: GrantRow): GrantTerms {
  return {
    operations: JSON.parse(operations) as readonly string[],
    constraints: JSON.parse(constraints) as GrantConstraints,
  };
}

/** The names by which grants can be a caller's: its own, its role's, its account's. */
export function granteesOf(principal: Principal): readonly string[] {
  switch (principal.kind) {
    case "service":
      return [principal.serviceName];
    case "anonymous":
    case "federated-provider":
      return [];
    case "root":
      return [principal.arn];
    case "user":
      return [principal.id, accountArn(principal.accountId)];
    case "role-session":
      return [principal.roleId, principal.arn, accountArn(principal.accountId)];
    case "federated-user":
      return [principal.arn, accountArn(principal.accountId)];
  }
}

function accountArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`;
}

/** A request on a key, as far as grants are concerned. */
export interface Asked {
  /** `GenerateDataKey`, as grants name it. */
  readonly operation: string;
  readonly encryptionContext?: EncryptionContext | undefined;
  /** The grant that CreateGrant is to make. */
  readonly newGrant?: GrantTerms;
}

/** Whether a grant allows it, to whomever. */
function allows({ operations, constraints }: GrantTerms, asked: Asked): boolean {
  const { operation, encryptionContext = {}, newGrant } = asked;
  if (!operations.includes(operation)) return false;
  if (newGrant) return isNarrower(newGrant, { operations, constraints });
  return UNCONSTRAINED.includes(operation) || holds(constraints, encryptionContext);
}

function holds(constraints: GrantConstraints, context: EncryptionContext): boolean {
  const { EncryptionContextEquals: whole, EncryptionContextSubset: part } = constraints;
  return (
    (!whole || (contains(context, whole) && contains(whole, context))) &&
    (!part || contains(context, part))
  );
}

/**
 * Grants' constraints compare values by case, and names not. Source: KMS API reference,
 * GrantConstraints. Of a name with several spellings each must have the value.
 */
function contains(context: EncryptionContext, part: EncryptionContext): boolean {
  const pairs = Object.entries(context).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.entries(part).every(([name, value]) => {
    const spellings = pairs.filter(([other]) => other === name.toLowerCase());
    return spellings.length > 0 && spellings.every(([, other]) => other === value);
  });
}

/**
 * Whoever may make grants by a grant alone passes on no more than it has. Source: KMS developer
 * guide, "Granting CreateGrant permission".
 */
function isNarrower(grant: GrantTerms, than: GrantTerms): boolean {
  const { EncryptionContextEquals: whole, EncryptionContextSubset: part } = than.constraints;
  const { EncryptionContextEquals, EncryptionContextSubset } = grant.constraints;
  const bound = EncryptionContextEquals ?? EncryptionContextSubset;
  return (
    grant.operations.every((each) => than.operations.includes(each)) &&
    (!whole ||
      (EncryptionContextEquals !== undefined &&
        holds(than.constraints, EncryptionContextEquals))) &&
    (!part || (bound !== undefined && contains(bound, part)))
  );
}

/** The grants that allow it as a policy, which allows beside the key's own. */
export function policyOfGrants(
  key: KeyRow,
  grants: readonly GrantRow[],
  asked: Asked,
): ResourcePolicy | undefined {
  const grantees = grants.filter((grant) => allows(termsOf(grant), asked)).map(principalOf);
  if (grantees.length === 0) return undefined;
  const Statement = grantees.map((Principal) => {
    return { Effect: "Allow", Principal, Action: "*", Resource: "*" };
  });
  const text = JSON.stringify({ Version: "2012-10-17", Statement });
  return { id: `${keyArn(key)}?grants`, text, kind: "key" };
}

function principalOf({ grantee }: GrantRow): object {
  return isServiceName(grantee) ? { Service: grantee } : { AWS: grantee };
}

/** Ids and ARNs have no dots where a service's name has. */
export function isServiceName(grantee: string): boolean {
  return grantee.endsWith(".amazonaws.com") && !grantee.startsWith("arn:");
}
