import type { IdentityDirectory } from "./ports/identity.ts";
import type { Reader } from "./store.ts";

/*
 * A resource's policy names users and roles by ARN, but means the entity and not its name. So it
 * is kept with unique ids, and shown with ARNs while the entities exist; the id of a deleted one
 * shows.
 */

const ACCOUNT_ID = /^\d{12}$/;
const ACCOUNT_ROOT = /^arn:aws:iam::\d{12}:root$/;
const UNIQUE_ID = /^(AIDA|AROA)[A-Z0-9]{8,}$/;

type Directory = Pick<IdentityDirectory, "findPrincipalId" | "findPrincipalArn">;

/** `unknown` is called for each principal that doesn't exist, and throws. */
export function toStoredPolicy(
  text: string,
  directory: Directory,
  reader: Reader,
  unknown: (principal: string) => never,
): Promise<string> {
  return mapAwsPrincipals(text, async (principal) => {
    if (principal === "*" || ACCOUNT_ROOT.test(principal)) return principal;
    if (ACCOUNT_ID.test(principal)) return `arn:aws:iam::${principal}:root`;
    if (UNIQUE_ID.test(principal)) {
      const arn = await directory.findPrincipalArn(principal, reader);
      return arn === undefined ? unknown(principal) : principal;
    }
    return (await directory.findPrincipalId(principal, reader)) ?? unknown(principal);
  });
}

export function toShownPolicy(
  stored: string,
  directory: Directory,
  reader: Reader,
): Promise<string> | string {
  if (!stored.includes('"AIDA') && !stored.includes('"AROA')) return stored;
  return mapAwsPrincipals(stored, async (principal) => {
    if (!UNIQUE_ID.test(principal)) return principal;
    return (await directory.findPrincipalArn(principal, reader)) ?? principal;
  });
}

/** Rewrites each `AWS` principal of a document that has passed validation. */
export async function mapAwsPrincipals(
  text: string,
  map: (principal: string) => Promise<string>,
): Promise<string> {
  const document: unknown = JSON.parse(text);
  if (!isObject(document)) return text;
  const { Statement: statements } = document;
  for (const statement of Array.isArray(statements) ? statements : [statements]) {
    if (!isObject(statement)) continue;
    for (const element of [statement.Principal, statement.NotPrincipal]) {
      if (!isObject(element)) continue;
      if (typeof element.AWS === "string") element.AWS = await map(element.AWS);
      else if (Array.isArray(element.AWS)) {
        element.AWS = await Promise.all(element.AWS.map((each) => map(String(each))));
      }
    }
  }
  return JSON.stringify(document);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
