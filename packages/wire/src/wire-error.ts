/** The caller sent something that its protocol can't express; answered with `code` and `status`. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: string;
  readonly status: number;
  readonly fault = "client" as const;
  /** Further fields, e.g. S3's `ArgumentName`. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    status = 400,
    fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.fields = fields;
    this.code = code;
    this.status = status;
  }
}

/** A document with more in it than a request may have. */
export function tooManyValues(code: string): WireError {
  return new WireError(code, "The request body has too many values.");
}
