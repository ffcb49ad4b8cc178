import type * as s3 from "@aws-sdk/client-s3";
import { invalidArgument, invalidRequest, malformedXml } from "../errors.ts";

/** Source: S3 user guide, "Configuring a webpage redirect": 50 rules. */
const RULES_MAX = 50;
/** All redirections but `300 Multiple Choices`. */
const REDIRECT_CODE = /^3(?!00)\d\d$/;
const ERROR_CODE = /^[45]\d\d$/;
/** Matches what a header can have: a path after the host's name works too. */
const HOST_NAME = /^[!-~]+$/;

/** Throws MalformedXML, InvalidArgument, InvalidRequest. */
export function checkWebsite(website: s3.WebsiteConfiguration | undefined): void {
  const { RedirectAllRequestsTo: all, IndexDocument: index, ErrorDocument: error } = website ?? {};
  if (!website) throw malformedXml();
  if (all) {
    if (Object.values(website).filter((value) => value !== undefined).length > 1)
      throw invalidArgument(
        "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
        "RedirectAllRequestsTo",
        "not null",
      );
    if (!all.HostName) throw malformedXml();
    checkTarget(all);
    return;
  }
  if (!index)
    throw invalidArgument(
      "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
      "IndexDocument",
      "null",
    );
  if (!index.Suffix || index.Suffix.includes("/"))
    throw invalidArgument(
      "The IndexDocument Suffix is not well formed",
      "IndexDocument",
      index.Suffix ?? "",
    );
  if (error && !error.Key) throw malformedXml();
  checkRules(website.RoutingRules);
}

function checkRules(rules: readonly s3.RoutingRule[] | undefined): void {
  if (rules === undefined) return;
  if (rules.length === 0) throw malformedXml();
  if (rules.length > RULES_MAX)
    throw invalidRequest(
      `${rules.length} routing rules provided, the number of routing rules in a website configuration is limited to ${RULES_MAX}.`,
    );
  for (const { Redirect: redirect, Condition: condition } of rules) {
    if (!redirect || Object.keys(redirect).length === 0) throw malformedXml();
    const { ReplaceKeyPrefixWith: prefix, ReplaceKeyWith: key, HttpRedirectCode: code } = redirect;
    if (prefix !== undefined && key !== undefined)
      throw invalidRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
    if (condition && Object.keys(condition).length === 0)
      throw invalidRequest(
        "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
      );
    const { HttpErrorCodeReturnedEquals: error } = condition ?? {};
    if (error !== undefined && !ERROR_CODE.test(error))
      throw invalidRequest(
        `The provided HTTP error code (${error}) is not valid. Valid codes are 4XX or 5XX.`,
      );
    checkTarget(redirect);
    if (code !== undefined && !REDIRECT_CODE.test(code))
      throw invalidRequest(
        `The provided HTTP redirect code (${code}) is not valid. Valid codes are 3XX except 300.`,
      );
  }
}

function checkTarget({ HostName: host, Protocol: protocol }: s3.Redirect): void {
  if (host !== undefined && !HOST_NAME.test(host))
    throw invalidArgument("The HostName is not well formed", "HostName", host);
  if (protocol === undefined || protocol === "http" || protocol === "https") return;
  throw invalidRequest(
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
  );
}

/**
 * The redirection that the first fitting rule asks for, of a key before it is looked for, or, with
 * `error`, of one whose reading was answered so. What the rule puts in stands as it is configured:
 * it may begin a query or a fragment (S3 user guide, "Configuring a webpage redirect").
 */
export function redirectOf(
  { RoutingRules: rules = [] }: s3.WebsiteConfiguration,
  key: string,
  error?: number,
): { readonly redirect: s3.Redirect; readonly path: string } | undefined {
  for (const { Condition: condition, Redirect: redirect = {} } of rules) {
    const { KeyPrefixEquals: prefix = "", HttpErrorCodeReturnedEquals: code } = condition ?? {};
    if (code !== (error === undefined ? undefined : String(error)) || !key.startsWith(prefix))
      continue;
    const { ReplaceKeyWith: whole, ReplaceKeyPrefixWith: start } = redirect;
    const replaced =
      start === undefined ? encodePath(key) : start + encodePath(key.slice(prefix.length));
    return { redirect, path: whole ?? replaced };
  }
  return undefined;
}

/** A key in a URL, where nothing of it begins a query or a fragment. */
export function encodePath(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
