import { isAccountId, parseArn } from "../../../kernel/arn.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { invalidArn, invalidTrailName } from "../errors.ts";

/** Source: CloudTrail user guide, "Naming requirements". */
const NAME_MIN = 3;
const NAME_MAX = 128;
const NAME_CHARS = /^[A-Za-z0-9._-]+$/;
const NEIGHBOURS = /[._-]{2}/;
const IP_ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const TRAIL = "trail/";

export function trailArn(region: string, accountId: string, name: string): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:trail/${name}`;
}

/** Reads a member that takes ARNs, and names of trails in this account and Region. */
export function trailArnOf(given: string, context: RequestContext): string {
  if (!given.startsWith("arn:")) {
    checkTrailName(given);
    return trailArn(context.region, context.accountId, given);
  }
  const arn = parseArn(given);
  const isTrail = arn?.service === "cloudtrail" && arn.resource.startsWith(TRAIL);
  const isPlaced = arn?.partition === "aws" && arn.region !== "" && isAccountId(arn.accountId);
  if (!isTrail || !isPlaced || !NAME_CHARS.test(arn.resource.slice(TRAIL.length)))
    throw invalidArn(given);
  return given;
}

/** Throws InvalidTrailNameException in AWS's words. */
export function checkTrailName(name: string): void {
  const { length } = name;
  if (length === 0) throw invalidTrailName("Trail name or ARN can not be blank.");
  if (length < NAME_MIN)
    throw invalidTrailName(
      `Trail name too short. Minimum allowed length: ${NAME_MIN} characters. Specified name length: ${length} characters.`,
    );
  if (length > NAME_MAX)
    throw invalidTrailName(
      `Trail name too long. Maximum allowed length: ${NAME_MAX} characters. Specified name length: ${length} characters.`,
    );
  if (!/^[A-Za-z0-9]/.test(name))
    throw invalidTrailName("Trail name must starts with a letter or number.");
  if (!/[A-Za-z0-9]$/.test(name))
    throw invalidTrailName("Trail name must ends with a letter or number.");
  if (!NAME_CHARS.test(name))
    throw invalidTrailName(
      "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).",
    );
  if (NEIGHBOURS.test(name))
    throw invalidTrailName("Trail name can't have adjacent periods, hyphens or underscores.");
  if (IP_ADDRESS.test(name)) throw invalidTrailName("Trail name can't be an IP address.");
}
