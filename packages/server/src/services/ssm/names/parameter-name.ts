import { formatArn, parseArn } from "../../../kernel/arn.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { accessDenied, tooManyLevels, validation } from "../errors.ts";
import { HIERARCHY_LEVELS_MAX, NAME_WITH_ARN_MAX } from "../quotas.ts";
import type { ParameterPlace } from "../tables.ts";

/** A parameter as a request names it. */
export interface NamedParameter {
  readonly place: ParameterPlace;
  /** The name as it was given, without a selector; undefined where an ARN named it. */
  readonly name: string | undefined;
  /** A version's number, or a label. */
  readonly selector: string | undefined;
}

const NAME = /^\/?[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/;
const PATH = /^\/(?:[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*\/?)?$/;
const ARN_RESOURCE = "parameter";
const SUB_PATHS =
  "If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can " +
  "be formed as a mix of letters, numbers and the following 3 symbols .-_";
const NOT_A_NAME = `Parameter name: can't be prefixed with "ssm" (case-insensitive). ${SUB_PATHS}`;
const RESERVED = `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`;
const NOT_A_PATH = [
  "The parameter doesn't meet the parameter name requirements. The parameter name must begin with",
  'a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use',
  "only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore).",
  "Special characters are not allowed. All sub-paths, if specified, must use the forward slash",
  'symbol "/". Valid example: /get/parameters2-/by1./path0_.',
].join(" ");

/** `/a/b` and `a` as they are stored: with a slash before them, so that `/a` is `a`. */
export function pathOf(name: string): string {
  return name.startsWith("/") ? name : `/${name}`;
}

/** `arn:aws:ssm:us-east-1:123456789012:parameter/a/b`, of `/a/b` as of `a`. */
export function parameterArn({ account_id, region, path }: ParameterPlace): string {
  const place = { service: "ssm", region, accountId: account_id };
  return formatArn({ ...place, resource: ARN_RESOURCE + path });
}

/**
 * The parameter that a read names, by its name or ARN, with a version or label after a colon.
 * Throws ValidationException.
 */
export function readName(text: string, context: RequestContext): NamedParameter {
  const given = text.trim();
  const arn = given.startsWith("arn:") ? parseArn(given) : undefined;
  const named = arn ? arn.resource.slice(ARN_RESOURCE.length) : given;
  const colon = named.indexOf(":");
  const name = colon < 0 ? named : named.slice(0, colon);
  const selector = colon < 0 ? undefined : named.slice(colon + 1);
  const isWhole = arn
    ? arn.service === "ssm" && arn.resource.startsWith(`${ARN_RESOURCE}/`)
    : !name.includes("/") || name.startsWith("/");
  if (!isWhole || !NAME.test(name) || /^\/?ssm/i.test(name)) throw validation(NOT_A_NAME);
  const place = {
    account_id: arn?.accountId ?? context.accountId,
    region: arn?.region ?? context.region,
    path: pathOf(name),
  };
  return { place, name: arn ? undefined : name, selector };
}

/** A parameter of the caller's own by its name alone. Throws ValidationException. */
export function readOwnName(text: string, context: RequestContext) {
  const name = text.trim();
  if (!NAME.test(name) || (name.includes("/") && !name.startsWith("/")))
    throw validation(NOT_A_NAME);
  const { accountId: account_id, region } = context;
  return { name, place: { account_id, region, path: pathOf(name) } };
}

/**
 * The name of a parameter that is to be written. Throws ValidationException,
 * HierarchyLevelLimitExceededException and, for `/aws/…`, AccessDeniedException.
 */
export function readNewName(text: string, context: RequestContext) {
  const name = text.trim();
  const isPath = name.lastIndexOf("/") > 0;
  if (/^\/?aws/i.test(name) && isPath)
    throw accessDenied(`No access to reserved parameter name: ${name}.`);
  if (/^\/?(?:aws|ssm)/i.test(name)) throw validation(isPath ? NOT_A_NAME : RESERVED);
  if (isPath && !name.startsWith("/"))
    throw validation("Parameter name must be a fully qualified name.");
  if (!NAME.test(name)) throw validation(NOT_A_NAME);
  const own = readOwnName(name, context);
  if (own.place.path.split("/").length - 1 > HIERARCHY_LEVELS_MAX) throw tooManyLevels();
  const length = parameterArn(own.place).length;
  if (length > NAME_WITH_ARN_MAX)
    throw validation(
      `Parameter name is too long: with its ARN it has ${length} characters, at most ` +
        `${NAME_WITH_ARN_MAX} are possible.`,
    );
  return own;
}

/** The path of a hierarchy, without a slash at its end but for the root. */
export function readPath(text: string): string {
  const path = text.trim();
  if (!PATH.test(path)) throw validation(NOT_A_PATH);
  return path === "/" ? path : path.replace(/\/$/, "");
}
