import { parseArn } from "../../kernel/arn.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { invalidKeyId, notFound } from "./errors.ts";
import type { AliasRow, KeyRow } from "./tables.ts";

/** A key as a request names it: by id or ARN, or by an alias or its ARN. */
export interface KeyName {
  readonly accountId: string;
  /** One of the two. */
  readonly keyId?: string;
  readonly alias?: string;
}

export const ALIAS_PREFIX = "alias/";
/** Aliases of the keys that services use for an account. */
export const RESERVED_PREFIX = "alias/aws/";

/** A UUID, or a multi-Region key's id. Source: KMS API reference, "KeyId". */
const KEY_ID =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

type Place = Pick<RequestContext, "accountId" | "region">;

/** Throws NotFoundException for what can't name a key of this Region. */
export function readKeyName(text: string, { accountId, region }: Place): KeyName {
  if (!text.startsWith("arn:")) return { accountId, ...partOf(text, text) };
  const arn = parseArn(text);
  if (arn?.service !== "kms") throw invalidKeyId(text);
  if (arn.region !== region) throw notFound(`Invalid arn ${arn.region}`);
  const { resource } = arn;
  const name = resource.startsWith("key/") ? resource.slice("key/".length) : resource;
  if (name !== resource && name.startsWith(ALIAS_PREFIX)) throw invalidKeyId(text);
  return { accountId: arn.accountId, ...partOf(name, text) };
}

function partOf(
  name: string,
  text: string,
): { readonly keyId: string } | { readonly alias: string } {
  if (name.startsWith(ALIAS_PREFIX)) return { alias: name };
  if (KEY_ID.test(name)) return { keyId: name };
  throw invalidKeyId(text);
}

export function keyArn({
  account_id,
  region,
  key_id,
}: Pick<KeyRow, "account_id" | "region" | "key_id">): string {
  return `arn:aws:kms:${region}:${account_id}:key/${key_id}`;
}

export function aliasArn({
  account_id,
  region,
  alias_name,
}: Pick<AliasRow, "account_id" | "region" | "alias_name">): string {
  return `arn:aws:kms:${region}:${account_id}:${alias_name}`;
}

/** Undefined for a key of one Region. */
export function multiRegionType({
  region,
  primary_region,
}: Pick<KeyRow, "region" | "primary_region">): "PRIMARY" | "REPLICA" | undefined {
  if (primary_region === null) return undefined;
  return primary_region === region ? "PRIMARY" : "REPLICA";
}

/** The ARN that a request's name of a key stands for, existing or not. */
export function arnOf({ accountId, keyId, alias }: KeyName, region: string): string {
  return alias === undefined
    ? keyArn({ account_id: accountId, region, key_id: keyId ?? "" })
    : aliasArn({ account_id: accountId, region, alias_name: alias });
}
