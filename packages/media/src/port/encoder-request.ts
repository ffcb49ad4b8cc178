/** A request over HTTP that came to a port of encoders, in TLS, with all of its body. */
export interface EncoderRequest {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly body: string;
  readonly remoteAddress: string;
}

export interface EncoderAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}
