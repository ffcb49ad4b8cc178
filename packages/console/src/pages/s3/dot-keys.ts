/**
 * Whether a key has a part `.` or `..`. Browsers take these out of every address before they ask
 * for it (URL standard, "shorten a url's path"), however they are written.
 */
export function hasDotParts(key: string): boolean {
  return key.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part));
}

/** The AWS CLI's line that reads such an object all the same. */
export function getObjectLine(bucket: string, key: string, endpoint: string): string {
  const quoted = `'${key.replaceAll("'", "'\\''")}'`;
  const object = `--bucket ${bucket} --key ${quoted}`;
  return `aws s3api get-object ${object} object --endpoint-url ${endpoint}`;
}
