import { isAccountRegional } from "./bucket-namespace.ts";

/** Source: Amazon S3 user guide, "General purpose bucket naming rules". */
const BUCKET_NAME_CHARS_MIN = 3;
const BUCKET_NAME_CHARS_MAX = 63;
const RESERVED_PREFIXES = ["xn--", "sthree-", "amzn-s3-demo-"];
/** Two periods, and a period beside a hyphen: host names have no such labels. */
const ODD_LABELS = /\.\.|\.-|-\./;
const RESERVED_SUFFIXES = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/** Whether a general purpose bucket may have this name. */
export function isBucketName(name: string): boolean {
  if (name.length < BUCKET_NAME_CHARS_MIN || name.length > BUCKET_NAME_CHARS_MAX) return false;
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name) || ODD_LABELS.test(name)) return false;
  if (/^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)) return false;
  if (RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) return false;
  if (name.endsWith("-an") && !isAccountRegional(name)) return false;
  return !RESERVED_SUFFIXES.some((suffix) => name.endsWith(suffix));
}
