import type { CORSRule } from "@aws-sdk/client-s3";
import { invalidRequest, malformedXml } from "../errors.ts";

/** Source: S3 API, PutBucketCors: at most 100 rules. */
const RULES_MAX = 100;
export const CORS_METHODS: ReadonlySet<string> = new Set(["GET", "PUT", "POST", "DELETE", "HEAD"]);

/** The question or the request of a browser. */
export interface CrossOriginRequest {
  readonly origin: string;
  readonly method: string;
  /** Lower-cased names of a preflight's Access-Control-Request-Headers. */
  readonly requestHeaders: readonly string[];
}

/** Throws InvalidRequest or MalformedXML. */
export function checkCorsRules(rules: readonly CORSRule[] | undefined): readonly CORSRule[] {
  if (!rules || rules.length === 0 || rules.length > RULES_MAX) throw malformedXml();
  for (const rule of rules) checkRule(rule);
  return rules;
}

/** The first rule that admits the request; the order is the owner's. */
export function findCorsRule(
  rules: readonly CORSRule[],
  { origin, method, requestHeaders }: CrossOriginRequest,
): { readonly rule: CORSRule; readonly allowOrigin: string } | undefined {
  for (const rule of rules) {
    const pattern = rule.AllowedOrigins?.find((each) => matches(each, origin));
    if (pattern === undefined || !rule.AllowedMethods?.includes(method)) continue;
    const allowed = (rule.AllowedHeaders ?? []).map((header) => header.toLowerCase());
    if (!requestHeaders.every((name) => allowed.some((each) => matches(each, name)))) continue;
    return { rule, allowOrigin: pattern === "*" ? "*" : origin };
  }
  return undefined;
}

function checkRule({ AllowedMethods, AllowedOrigins, AllowedHeaders, ExposeHeaders }: CORSRule) {
  if (!AllowedMethods?.length || !AllowedOrigins?.length) throw malformedXml();
  for (const method of AllowedMethods) {
    if (CORS_METHODS.has(method)) continue;
    throw invalidRequest(
      `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
    );
  }
  for (const origin of AllowedOrigins) checkWildcards("AllowedOrigin", origin);
  for (const header of AllowedHeaders ?? []) checkWildcards("AllowedHeader", header);
  for (const header of ExposeHeaders ?? []) {
    if (!header.includes("*")) continue;
    throw invalidRequest(
      `ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
    );
  }
}

function checkWildcards(element: string, pattern: string): void {
  if (pattern.split("*").length <= 2) return;
  throw invalidRequest(`${element} "${pattern}" can not have more than one wildcard.`);
}

/** A pattern with at most one `*`. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text;
  const end = pattern.slice(star + 1);
  return (
    text.length >= pattern.length - 1 &&
    text.startsWith(pattern.slice(0, star)) &&
    text.endsWith(end)
  );
}
