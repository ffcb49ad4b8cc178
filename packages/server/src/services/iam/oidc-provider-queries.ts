import assert from "node:assert";
import type { Kysely } from "kysely";
import { validationError } from "./errors.ts";
import type { OidcProviderRow } from "./federation-tables.ts";
import type { IamTables } from "./tables.ts";

const SCHEME = "https://";

/**
 * A provider's URL as it is stored and stands in the ARN: without scheme, otherwise as written.
 * @throws ValidationError in AWS's words
 */
export function oidcProviderUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const plain = parsed && !parsed.username && !parsed.password && !/[?#\s]/.test(url);
  if (!url.startsWith(SCHEME) || !plain)
    throw validationError("Invalid Open ID Connect Provider URL");
  return url.slice(SCHEME.length);
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
