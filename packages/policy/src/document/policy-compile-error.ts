/** A policy that no validator could have let through. The offset points into its text. */
export class PolicyCompileError extends Error {
  override readonly name = "PolicyCompileError";
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
