/** The caller sent something that its protocol can't express; answered with `code` and `status`. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: string;
  readonly status: number;
  readonly fault = "client" as const;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
