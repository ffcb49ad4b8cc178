import { createPublicKey } from "node:crypto";
import { OUTBOUND_ISSUERS_PATH } from "../../kernel/outbound-issuers.ts";
import type { FederationDirectory, OutboundFederationRecord } from "../../kernel/ports/identity.ts";
import type { PlainRequest, PlainResponse } from "../../kernel/service.ts";
import { readerOf, type Store } from "../../kernel/store.ts";

const ISSUER_PATH = new RegExp(`^${OUTBOUND_ISSUERS_PATH}([a-z2-7]{26})(/.+)$`);

/** Serves the documents below an issuer's URL to relying parties; undefined for other requests. */
export async function outboundIssuerDocument(
  { method, path }: PlainRequest,
  { federation, store }: { readonly federation: FederationDirectory; readonly store: Store },
): Promise<PlainResponse | undefined> {
  if (!path.startsWith(OUTBOUND_ISSUERS_PATH) || (method !== "GET" && method !== "HEAD"))
    return undefined;
  const [, issuerId = "", rest = ""] = ISSUER_PATH.exec(path) ?? [];
  const outbound = await federation.findOutboundFederation({ issuerId }, readerOf(store));
  const document = outbound && discoveryDocument(outbound, rest);
  const headers = { "content-type": "application/json" };
  if (!document) return { status: 404, headers, body: '{"error":"not found"}' };
  return { status: 200, headers, body: method === "HEAD" ? undefined : JSON.stringify(document) };
}

/**
 * The same document, where this server is the identity provider of its own roles: it never sends
 * requests to itself. Undefined for every other URL.
 */
export async function ownIssuerDocument(
  url: URL,
  { federation, store }: { readonly federation: FederationDirectory; readonly store: Store },
): Promise<object | undefined> {
  const [, issuerId = "", rest = ""] = ISSUER_PATH.exec(url.pathname) ?? [];
  if (issuerId === "") return undefined;
  const outbound = await federation.findOutboundFederation({ issuerId }, readerOf(store));
  if (!outbound || url.href !== `${outbound.issuer}${rest}`) return undefined;
  return discoveryDocument(outbound, rest);
}

/** The document at a path below an issuer's URL: OpenID Connect Discovery 1.0, or the keys. */
function discoveryDocument(
  { issuer, keys }: OutboundFederationRecord,
  path: string,
): object | undefined {
  if (path === "/.well-known/openid-configuration")
    return {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: keys.map(({ alg }) => alg),
    };
  if (path !== "/.well-known/jwks.json") return undefined;
  return {
    keys: keys.map((key) => ({
      ...createPublicKey({ key, format: "jwk" }).export({ format: "jwk" }),
      ...{ alg: key.alg, kid: key.kid, use: "sig" },
    })),
  };
}
