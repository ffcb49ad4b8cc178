import type { ContextEntries } from "../../../kernel/authorization.ts";
import { callingService } from "../../../kernel/call-chain.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { EncryptionContext } from "../ciphertext/ciphertext-blob.ts";
import { multiRegionType } from "../key-name.ts";
import type { AliasRow, KeyRow } from "../tables.ts";

/*
 * Source: KMS developer guide, "AWS KMS condition keys", and the service authorization reference,
 * "AWS Key Management Service".
 */

const SERVICE_SUFFIX = ".amazonaws.com";

/** Keys of every request. */
export function callerKeys(context: RequestContext): ContextEntries {
  const { principal } = context.caller;
  return {
    "kms:calleraccount": principal.kind === "anonymous" ? undefined : context.accountId,
    "kms:viaservice": viaService(context),
  };
}

/** `s3.us-east-1.amazonaws.com` for a call that S3 makes for its caller; left out for others. */
function viaService({ caller, region }: RequestContext): string | undefined {
  const service = callingService(caller);
  if (service === undefined) return undefined;
  const name = service.endsWith(SERVICE_SUFFIX)
    ? service.slice(0, -SERVICE_SUFFIX.length)
    : service;
  return `${name}.${region}${SERVICE_SUFFIX}`;
}

/** Keys of a key: what it is, its aliases and its tags. */
export function keyKeys(key: KeyRow, aliases: readonly AliasRow[]): ContextEntries {
  return {
    ...kindKeys(key),
    "kms:resourcealiases": aliases.map(({ alias_name }) => alias_name),
    ...namedKeys(
      "aws:resourcetag/",
      Object.entries(JSON.parse(key.tags) as Readonly<Record<string, string>>),
    ),
  };
}

type Kind = Pick<KeyRow, "key_spec" | "key_usage" | "origin" | "primary_region" | "region">;

/** Keys of what kind of key it is, or is to be. */
export function kindKeys(key: Kind): ContextEntries {
  const type = multiRegionType(key);
  return {
    "kms:keyspec": key.key_spec,
    "kms:keyusage": key.key_usage,
    "kms:keyorigin": key.origin,
    "kms:multiregion": String(type !== undefined),
    "kms:multiregionkeytype": type,
  };
}

/** Keys of an operation that encrypts or decrypts. */
export function cryptographyKeys(
  context: EncryptionContext = {},
  algorithm = "SYMMETRIC_DEFAULT",
): ContextEntries {
  const pairs = Object.entries(context);
  return {
    "kms:encryptionalgorithm": algorithm,
    ...(pairs.length === 0 ? {} : { "kms:encryptioncontextkeys": pairs.map(([name]) => name) }),
    ...namedKeys("kms:encryptioncontext:", pairs),
  };
}

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

export function requestTagKeys(tags: readonly Tag[] = []): ContextEntries {
  if (tags.length === 0) return {};
  const pairs = tags.map(({ TagKey, TagValue }) => [TagKey, TagValue] as const);
  return {
    ...namedKeys("aws:requesttag/", pairs),
    "aws:tagkeys": tags.map(({ TagKey }) => TagKey),
  };
}
