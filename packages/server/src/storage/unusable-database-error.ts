/**
 * The server can't start with this database until the operator has done what the message says. The
 * message holds no secret.
 */
export class UnusableDatabaseError extends Error {
  override readonly name = "UnusableDatabaseError";
}
