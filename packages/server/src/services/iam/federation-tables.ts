/** An OpenID Connect provider. Its tags' owner is its ARN. */
export interface OidcProviderRow {
  account_id: string;
  arn: string;
  /** Without `https://`. */
  url: string;
  /** A JSON list. */
  client_ids: string;
  /** A JSON list. */
  thumbprints: string;
  created_ms: number;
}

export interface FederationTables {
  iam_oidc_providers: OidcProviderRow;
}
