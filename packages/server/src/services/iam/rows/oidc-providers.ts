import assert from "node:assert";
import type { Kysely } from "kysely";
import { isLoopback } from "../../../kernel/loopback.ts";
import { validationError } from "../errors.ts";
import type { OidcProviderRow } from "../federation-tables.ts";
import type { IamTables } from "../tables.ts";

/**
 * A provider's URL as it is stored and stands in the ARN: without scheme, otherwise as written.
 * @throws ValidationError in AWS's words
 */
export function oidcProviderUrl(url: string): string {
  const plain = withoutScheme(url);
  if (plain === undefined) throw validationError("Invalid Open ID Connect Provider URL");
  return plain;
}

/** Undefined for what can't be an issuer: `https` only, or `http` on this machine, for developers. */
export function withoutScheme(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || parsed.username || parsed.password || /[?#\s]/.test(url)) return undefined;
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  const trusted = parsed.protocol === "https:" || (parsed.protocol === "http:" && isLoopback(host));
  const scheme = `${parsed.protocol}//`;
  return trusted && url.startsWith(scheme) ? url.slice(scheme.length) : undefined;
}

export async function findOidcProviderRow(
  db: Kysely<IamTables>,
  accountId: string,
  arn: string,
): Promise<OidcProviderRow | undefined> {
  return db
    .selectFrom("iam_oidc_providers")
    .selectAll()
    .where("arn", "=", arn)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** A stored JSON list. */
export function stringsOf(text: string): string[] {
  const list: unknown = JSON.parse(text);
  assert(
    Array.isArray(list) && list.every((item) => typeof item === "string"),
    "a list of strings",
  );
  return list;
}
