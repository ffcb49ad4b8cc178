import { validatePolicy } from "@rolecast/policy";
import { jsonDepth } from "../../../kernel/json-depth.ts";
import { toStoredPolicy } from "../../../kernel/policy-principals.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidRepositoryPolicy } from "../errors.ts";

type Statement = Readonly<Record<string, unknown>>;

/** A condition's value, the deepest that a policy has, is at level 6. */
const DEPTH_MAX = 32;

/**
 * A repository policy as it is stored. Its statements have no Resource, which is the repository;
 * else they are as free as a key policy's. Throws InvalidParameterException.
 */
export function storedRepositoryPolicy(
  text: string,
  directory: IdentityDirectory,
  context: RequestContext,
): Promise<string> {
  const document = parsed(text);
  const statements = [document.Statement].flat().filter(isObject);
  if (statements.some((one) => "Resource" in one || "NotResource" in one))
    throw invalidRepositoryPolicy();
  const isServicePrincipal = (name: string) => directory.isServicePrincipal(name);
  const [finding] = validatePolicy(decidingPolicy(text), "key", { isServicePrincipal });
  if (finding) throw invalidRepositoryPolicy();
  return toStoredPolicy(text, directory, context, () => {
    throw invalidRepositoryPolicy();
  });
}

/** The same policy as decisions take it: on every resource, since it is asked on one only. */
export function decidingPolicy(text: string): string {
  const document = JSON.parse(text) as Statement;
  const statements = [document.Statement].flat();
  const Statement = statements.map((one) => (isObject(one) ? { ...one, Resource: "*" } : one));
  return JSON.stringify({ ...document, Statement });
}

function parsed(text: string): Statement {
  // What is checked is written as text again, which recurses.
  if (jsonDepth(text) > DEPTH_MAX) throw invalidRepositoryPolicy();
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document)) return document;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidRepositoryPolicy();
}

function isObject(value: unknown): value is Statement {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
