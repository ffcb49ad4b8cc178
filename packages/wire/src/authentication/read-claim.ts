import type { WireRequest } from "../message.ts";
import { type ParsedForm, requestQuery } from "../query.ts";
import { Remembered } from "./remembered.ts";
import type { ClaimedScope, SignatureClaim } from "./signature-claim.ts";

/** Query members of a signature, by their names in lower case. */
const QUERY_NAMES: ReadonlySet<string> = new Set([
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-signedheaders",
  "x-amz-signature",
  "x-amz-security-token",
  "x-amz-content-sha256",
  // Those of version 2; `Expires` alone says nothing.
  "awsaccesskeyid",
  "signature",
  "expires",
]);
/** Members that nothing but a signature has: a query with one of them claims to be signed. */
const CLAIMING: ReadonlySet<string> = new Set([
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-signedheaders",
  "x-amz-signature",
]);
const CLAIMING_V2: ReadonlySet<string> = new Set(["awsaccesskeyid", "signature"]);
/** Parameters of the header, by their names as they are and in lower case. */
const HEADER_NAMES: ReadonlyMap<string, string> = new Map(
  ["Credential", "SignedHeaders", "Signature"].flatMap((name) => [
    [name, name],
    [name.toLowerCase(), name],
  ]),
);
/** Queries without any of this hold no signature, whatever their escapes mean. */
const MAY_BE_SIGNED = /x-amz-|awsaccesskeyid|signature|%/i;

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();
const UNSIGNED: SignatureClaim = {
  authorization: undefined,
  scheme: "",
  parameters: NO_PARAMETERS,
  inQuery: false,
  inQueryV2: false,
  repeated: undefined,
  scope: undefined,
};

type ClaimingRequest = Pick<WireRequest, "headers" | "rawQuery" | "claim">;

/**
 * The request's claim. Throws WireError `MalformedQueryString` for a query that can't be decoded.
 */
export function signatureClaim(request: ClaimingRequest): SignatureClaim {
  return request.claim ?? readClaim(request);
}

/** The claim from headers and query, for requests that keep it. Throws as `signatureClaim` does. */
export function readClaim(request: Pick<WireRequest, "headers" | "rawQuery">): SignatureClaim {
  const { authorization } = request.headers;
  const mayBeInQuery = request.rawQuery !== "" && MAY_BE_SIGNED.test(request.rawQuery);
  if (authorization === undefined && !mayBeInQuery) return UNSIGNED;
  return readBoth(authorization, mayBeInQuery ? requestQuery(request) : undefined);
}

/** Whether the request says that it is signed, in whichever way. */
export function claimsSignature(request: ClaimingRequest): boolean {
  const { authorization, inQuery, inQueryV2 } = signatureClaim(request);
  return authorization !== undefined || inQuery || inQueryV2;
}

function readBoth(
  authorization: string | undefined,
  query: ParsedForm | undefined,
): SignatureClaim {
  const claim = query ? readQuery(query) : UNSIGNED;
  if (authorization === undefined || authorization === "") return { ...claim, authorization };
  const { inQuery, inQueryV2 } = claim;
  const space = authorization.indexOf(" ");
  const { parameters, repeated = claim.repeated } = readHeader(authorization.slice(space + 1));
  return {
    authorization,
    scheme: space === -1 ? authorization : authorization.slice(0, space),
    parameters,
    inQuery,
    inQueryV2,
    repeated,
    scope: scopeOf(parameters.get("Credential")) ?? claim.scope,
  };
}

function readHeader(text: string): Pick<SignatureClaim, "parameters" | "repeated"> {
  const parameters = new Map<string, string>();
  let repeated: string | undefined;
  for (let from = 0; from <= text.length; ) {
    const comma = text.indexOf(",", from);
    const end = comma === -1 ? text.length : comma;
    const part = text.slice(from, end);
    from = end + 1;
    const equals = part.indexOf("=");
    if (equals === -1) continue;
    const name = part.slice(0, equals).trim();
    const known = HEADER_NAMES.get(name) ?? HEADER_NAMES.get(name.toLowerCase());
    if (known === undefined && !parameters.has(name)) parameters.set(name, "");
    else if (parameters.has(known ?? name)) repeated ??= name;
    // A name in another case is none, and takes the place of the right one.
    else parameters.set(known ?? name, known === name ? part.slice(equals + 1).trim() : "");
  }
  return { parameters, repeated };
}

function readQuery(query: ParsedForm): SignatureClaim {
  const parameters = new Map<string, string>();
  const seen = new Set<string>();
  let repeated: string | undefined;
  let inQuery = false;
  let inQueryV2 = false;
  for (const [name, value] of query.entries) {
    const folded = name.toLowerCase();
    if (!QUERY_NAMES.has(folded)) continue;
    inQuery ||= CLAIMING.has(folded);
    inQueryV2 ||= CLAIMING_V2.has(folded);
    if (seen.has(folded)) repeated ??= name;
    else parameters.set(name, value);
    seen.add(folded);
  }
  if (!inQuery && !inQueryV2) return UNSIGNED;
  const scope = scopeOf(parameters.get("X-Amz-Credential"));
  return { ...UNSIGNED, parameters, inQuery, inQueryV2, repeated, scope };
}

/**
 * Reads `<key id>/<day>/<Region>/<service>/…`; its mistakes are reported in the service's words.
 */
function scopeOf(credential: string | undefined): ClaimedScope | undefined {
  return credential === undefined ? undefined : scopes.of(credential).scope;
}

const scopes = new Remembered((credential): { readonly scope: ClaimedScope | undefined } => {
  const parts = credential.split("/");
  const [keyId, day, region, service] = parts;
  const isWhole = keyId && day && region && service && parts.length > 4 && /^\d+$/.test(day);
  return { scope: isWhole ? { region, service } : undefined };
});
