import { bodyTooLarge, WireError } from "@rolecast/wire";

/*
 * What is read and parsed for whoever signs nothing. Reading takes time in which nobody else is
 * served, and of a signed body somebody can be asked about; so there is less of it than AWS takes.
 * Objects' bytes are streamed, and not meant.
 */

/** A list of a thousand keys to delete, and more than an identity provider's largest assertion. */
const UNSIGNED_BYTES_MAX = 256 * 1024;
/** AssumeRoleWithSAML and AssumeRoleWithWebIdentity have about two dozen. */
const UNSIGNED_FORM_MEMBERS_MAX = 500;
const AMPERSAND = 0x26;

/** Counts a document's bytes, and tells them to `hold`. Throws `RequestEntityTooLarge` past the limit. */
export function documentBytes(
  isUnsigned: boolean,
  hold: (sizeBytes: number) => void,
): (sizeBytes: number) => void {
  let totalBytes = 0;
  return (sizeBytes) => {
    totalBytes += sizeBytes;
    if (isUnsigned && totalBytes > UNSIGNED_BYTES_MAX) throw bodyTooLarge();
    hold(sizeBytes);
  };
}

/** Throws `RequestEntityTooLarge`, or `MalformedQueryString` for too many members. */
export function requireSmallForm(bytes: Buffer): void {
  if (bytes.length > UNSIGNED_BYTES_MAX) throw bodyTooLarge();
  let members = 1;
  for (let at = bytes.indexOf(AMPERSAND); at !== -1; at = bytes.indexOf(AMPERSAND, at + 1)) {
    members += 1;
    if (members > UNSIGNED_FORM_MEMBERS_MAX)
      throw new WireError(
        "MalformedQueryString",
        `An unsigned form has at most ${UNSIGNED_FORM_MEMBERS_MAX} parameters.`,
      );
  }
}
