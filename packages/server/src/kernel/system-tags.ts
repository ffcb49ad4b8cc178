import type { AwsError } from "./aws-error.ts";

type Tags = Readonly<Record<string, string>>;

/** Tag keys that only AWS itself may use. Source: "Tagging AWS resources", naming limits. */
const PREFIX = "aws:";

export function isSystemTag(key: string): boolean {
  return key.toLowerCase().startsWith(PREFIX);
}

/** Throws the service's own refusal where a caller adds, changes or removes one of AWS's tags. */
export function refuseSystemTags(keys: Iterable<string>, refusal: (key: string) => AwsError): void {
  for (const key of keys) if (isSystemTag(key)) throw refusal(key);
}

/** The tags that a request leaves: the resource's, with those that AWS itself gives it now. */
export function withSystemTags(
  tags: Tags | undefined,
  { systemTags }: { readonly systemTags: Tags | undefined },
): Tags {
  return { ...tags, ...systemTags };
}

/** The tags that aren't AWS's own: they alone count towards a resource's quota. */
export function ownTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !isSystemTag(key)));
}

export function countOwnTags(tags: Tags): number {
  return Object.keys(tags).filter((key) => !isSystemTag(key)).length;
}
