import { isRegionName } from "@rolecast/wire";

/** The six parts of an Amazon Resource Name; `resource` keeps its colons and slashes. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

/** The partition of every account here: accounts of two partitions never meet. */
export const OWN_PARTITION = "aws";

/** Source: IAM API reference, `arnType`. */
const ARN_LENGTH_MAX = 2_048;
const PARTITION = /^aws(?:-[a-z]+){0,3}$/;
const SERVICE = /^[a-z0-9-]{1,63}$/;
const ACCOUNT_ID = /^[0-9]{12}$/;
/** The owner of AWS's managed policies: `arn:aws:iam::aws:policy/ReadOnlyAccess`. */
const AWS_ITSELF = "aws";
const CONTROL_CHARACTER = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Takes apart an ARN that names one thing. All code that acts on a caller's ARN reads it with this:
 * each part is checked to be as in AWS's own ARNs, so none can hide a wildcard, a separator or a
 * line's end. Undefined for every other text. Only its service knows the resource's grammar.
 */
export function parseArn(text: string): Arn | undefined {
  if (text.length > ARN_LENGTH_MAX) return undefined;
  const arn = splitArn(text);
  if (!arn) return undefined;
  const { partition, service, region, accountId, resource } = arn;
  const isWhole =
    PARTITION.test(partition) &&
    SERVICE.test(service) &&
    (region === "" || isRegionName(region)) &&
    (accountId === "" || accountId === AWS_ITSELF || ACCOUNT_ID.test(accountId)) &&
    resource !== "" &&
    !CONTROL_CHARACTER.test(resource);
  return isWhole ? arn : undefined;
}

/**
 * Splits on the first five colons what is only shown or compared: an ARN with wildcards, or with an
 * object's key at its end. Undefined when the text has fewer parts or no `arn:`.
 */
export function splitArn(text: string): Arn | undefined {
  const parts: string[] = [];
  let from = 0;
  for (let index = 0; index < 5; index++) {
    const colon = text.indexOf(":", from);
    if (colon < 0) return undefined;
    parts.push(text.slice(from, colon));
    from = colon + 1;
  }
  const [prefix, partition, service, region, accountId] = parts;
  if (prefix !== "arn" || !partition || !service) return undefined;
  return {
    partition,
    service,
    region: region ?? "",
    accountId: accountId ?? "",
    resource: text.slice(from),
  };
}

export function isAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text);
}

export function formatArn(arn: Omit<Arn, "partition">): string {
  return `arn:aws:${arn.service}:${arn.region}:${arn.accountId}:${arn.resource}`;
}
