/**
 * The server can't start with this database, and won't until somebody has done what the message
 * says. The message holds no secret.
 */
export class UnusableDatabaseError extends Error {
  override readonly name = "UnusableDatabaseError";
}
