/** Source: S3 user guide, "General purpose bucket naming rules". */
const NAME_CHARACTERS_MAX = 63;

/** A bucket's name that no other account has by chance, after the channel's. */
export function recordingBucketName(
  channelName: string,
  account: string | undefined,
  region: string,
): string {
  const suffix = ["recordings", account, region].filter((part) => part !== undefined).join("-");
  const name = channelName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, NAME_CHARACTERS_MAX - suffix.length - 1)
    .replace(/^-+|-+$/g, "");
  return name === "" ? suffix : `${name}-${suffix}`;
}
