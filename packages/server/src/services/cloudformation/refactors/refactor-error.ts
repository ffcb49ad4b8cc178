/** A refactor can't be made of the stacks and templates that a request names. */
export class RefactorError extends Error {
  override readonly name = "RefactorError";
}
