import type { ContextEntries } from "../../../kernel/authorization.ts";
import { callingService } from "../../../kernel/call-chain.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { EncryptionContext } from "../ciphertext/ciphertext-blob.ts";
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
export function keyKeys({ tags }: KeyRow, aliases: readonly AliasRow[]): ContextEntries {
  return {
    ...SYMMETRIC_KEYS,
    "kms:resourcealiases": aliases.map(({ alias_name }) => alias_name),
    ...tagKeys("aws:resourcetag", JSON.parse(tags) as Readonly<Record<string, string>>),
  };
}

/** Keys of the one kind of keys that there is. */
export const SYMMETRIC_KEYS: ContextEntries = {
  "kms:keyspec": "SYMMETRIC_DEFAULT",
  "kms:keyusage": "ENCRYPT_DECRYPT",
  "kms:keyorigin": "AWS_KMS",
  "kms:multiregion": "false",
};

/** Keys of an operation that encrypts or decrypts. */
export function cryptographyKeys(context: EncryptionContext = {}): ContextEntries {
  const pairs = Object.entries(context);
  return {
    "kms:encryptionalgorithm": "SYMMETRIC_DEFAULT",
    ...(pairs.length === 0 ? {} : { "kms:encryptioncontextkeys": pairs.map(([name]) => name) }),
    ...Object.fromEntries(
      pairs.map(([name, value]) => [`kms:encryptioncontext:${name.toLowerCase()}`, value]),
    ),
  };
}

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

export function requestTagKeys(tags: readonly Tag[] = []): ContextEntries {
  if (tags.length === 0) return {};
  const set = Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
  return { ...tagKeys("aws:requesttag", set), "aws:tagkeys": Object.keys(set) };
}

function tagKeys(prefix: string, tags: Readonly<Record<string, string>>): ContextEntries {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [`${prefix}/${key.toLowerCase()}`, value]),
  );
}
