import { bodyTooLarge, WireError } from "@rolecast/wire";

/*
 * Limits on unsigned bodies that are parsed. Parsing blocks all other requests, and no signer can
 * be held responsible; so the limits are below AWS's. Objects' bytes are streamed and not affected.
 */

/** A list of a thousand keys to delete, and more than an identity provider's largest assertion. */
const UNSIGNED_BYTES_MAX = 256 * 1024;
/** AssumeRoleWithSAML and AssumeRoleWithWebIdentity have about two dozen. */
const UNSIGNED_FORM_MEMBERS_MAX = 500;
const AMPERSAND = 0x26;

/**
 * Counts a document's bytes and passes them to `hold`. Throws `RequestEntityTooLarge` past the
 * limit.
 */
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
