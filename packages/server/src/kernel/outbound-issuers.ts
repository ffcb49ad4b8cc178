/** Below this path lie the issuers of web identity tokens, one per account: see docs/sts.md. */
export const OUTBOUND_ISSUERS_PATH = "/_sts/issuers/";
