/**
 * Any label, since clients of other S3 servers sign for Regions such as `garage` or `auto`; never
 * a colon, slash or dot, which would mean something in an ARN or a path.
 */
const REGION_NAME = /^[a-z0-9-]{1,63}$/;

export function isRegionName(text: string): boolean {
  return REGION_NAME.test(text);
}
