/** The Region and service of a credential scope, as a request names them; nothing is verified. */
export interface ClaimedScope {
  readonly region: string;
  readonly service: string;
}

/**
 * The place and the parameters with which a request says that it is signed. It is read before the
 * service is known, whose words a refusal has; `parseAuthentication` refuses what is wrong with it.
 */
export interface SignatureClaim {
  /** The Authorization header; an empty one counts. */
  readonly authorization: string | undefined;
  /** The text before the header's first space. */
  readonly scheme: string;
  /**
   * Parameters of the header, or of the query if that holds a signature of version 4. By exact
   * name.
   */
  readonly parameters: ReadonlyMap<string, string>;
  /** Whether the query holds parts of a signature of version 4, and of version 2. */
  readonly inQuery: boolean;
  readonly inQueryV2: boolean;
  /** A parameter that comes twice, in whatever case and encoding. */
  readonly repeated: string | undefined;
  /** Undefined where no credential scope can be read. */
  readonly scope: ClaimedScope | undefined;
}
