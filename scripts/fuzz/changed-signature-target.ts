import {
  AuthError,
  parseAuthentication,
  parseSignedForm,
  verifySignature,
  verifySignatureV2,
  verifySignedForm,
  WireError,
  withHeadersInUrl,
} from "@rolecast/wire";
import type { Chance, FuzzTarget } from "./chance.ts";
import {
  ACCESS_KEY_ID,
  encode,
  NOW_MS,
  type RequestParts,
  SECRET,
  type SignatureKind,
  signedForm,
  signedRequest,
  wireRequest,
} from "./signed-request.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const KINDS: readonly SignatureKind[] = ["header", "presigned", "header-v2", "presigned-v2"];

interface Case {
  readonly kind: SignatureKind;
  readonly service: string;
  readonly signed: RequestParts;
}

/** A change of a signed request, and whether it still means the same. */
interface Change {
  readonly what: string;
  readonly means: "the same" | "something else";
  readonly request: RequestParts;
}

/**
 * A request means what it was signed to mean, or it is refused: none is let in by a changed byte.
 */
export const changedSignatureTarget: FuzzTarget = {
  name: "signed requests that are changed",
  next(chance) {
    const signed = signedCase(chance);
    const change = changed(signed, chance);
    return { input: { ...signed, ...change }, run: () => judge(signed, change) };
  },
};

function judge({ kind, service }: Case, { means, what, request }: Change): void {
  const isAccepted = accepts(request, kind, service);
  if (isAccepted !== (means === "the same"))
    throw new Error(`${what}: ${isAccepted ? "accepted" : "refused"}`);
}

function accepts(parts: RequestParts, kind: SignatureKind, service: string): boolean {
  const isS3 = service === "s3";
  const request = wireRequest(parts);
  try {
    const authentication = parseAuthentication(request, { dialect: isS3 ? "s3" : "query" });
    if (authentication.kind === "anonymous") return false;
    if (authentication.accessKeyId !== ACCESS_KEY_ID) return false;
    const whole = isS3 ? withHeadersInUrl(request, authentication) : request;
    if (authentication.version === 2) {
      verifySignatureV2(authentication, whole, SECRET, NOW_MS, undefined);
      return kind === `${authentication.kind}-v2`;
    }
    const options = { isS3, body: Buffer.from(parts.body) };
    verifySignature(authentication, whole, SECRET, NOW_MS, options);
    return authentication.kind === kind;
  } catch (error) {
    if (error instanceof AuthError || error instanceof WireError) return false;
    throw error;
  }
}

function signedCase(chance: Chance): Case {
  const kind = chance.one(KINDS);
  const isV2 = kind.endsWith("-v2");
  const service = isV2 ? "s3" : chance.one(["s3", "iam"]);
  const word = () => Array.from({ length: 1 + chance.below(8) }, () => chance.one([...LETTERS]));
  const value = () => encode(word().join("") + chance.one(["", " ", "é", "+", "/", "%", "&", "="]));
  // A header of version 2 doesn't sign what only a URL has in its query.
  const inUrl = kind === "header-v2" ? [] : [`x-amz-meta-a=${value()}`];
  const members = isV2
    ? ["acl", `versionId=${value()}`, ...inUrl]
    : ["acl=", `prefix=${value()}`, `x-id=${value()}`, ...inUrl];
  const asked: RequestParts = {
    method: chance.one(["GET", "PUT", "DELETE"]),
    path: `/${word().join("")}/${value()}`,
    query: members.filter(() => chance.rarely(2)),
    headers: chance.rarely(2) ? { "x-amz-meta-b": word().join("") } : {},
    body: word().join(""),
  };
  return { kind, service, signed: signedRequest(asked, kind, service) };
}

function changed({ kind, service, signed }: Case, chance: Chance): Change {
  const change = chance.one(CHANGES);
  const result = change(signed, chance, kind, service);
  return result ?? { what: "nothing", means: "the same", request: signed };
}

type MakeChange = (
  signed: RequestParts,
  chance: Chance,
  kind: SignatureKind,
  service: string,
) => Change | undefined;

const SIGNATURE_MEMBER = /^(?:X-Amz-|AWSAccessKeyId|Signature|Expires)/;

const CHANGES: readonly MakeChange[] = [
  (signed) => ({ what: "nothing", means: "the same", request: signed }),
  (signed, chance) => otherwise("the path", { ...signed, path: flip(signed.path, chance) }),
  (signed) =>
    otherwise("the method", { ...signed, method: signed.method === "GET" ? "POST" : "GET" }),
  (signed, chance) => {
    const index = chance.below(Math.max(1, signed.query.length));
    const member = signed.query[index];
    if (member === undefined) return undefined;
    const query = signed.query.with(index, flip(member, chance));
    return otherwise("a member of the query", { ...signed, query });
  },
  (signed, chance) => {
    const index = chance.below(Math.max(1, signed.query.length));
    if (signed.query.length === 0) return undefined;
    return otherwise("a member less", { ...signed, query: signed.query.toSpliced(index, 1) });
  },
  (signed, chance) => {
    const member = signed.query.find((each) => SIGNATURE_MEMBER.test(each));
    if (member === undefined) return undefined;
    const twice = respelled(member, chance);
    const query = chance.rarely(2) ? [twice, ...signed.query] : [...signed.query, twice];
    return otherwise("a member of the signature twice", { ...signed, query });
  },
  (signed, chance, kind) => {
    const added = kind.endsWith("-v2") ? chance.one(["uploads", "policy"]) : "added=1";
    const at = chance.below(signed.query.length + 1);
    return otherwise("a member more", { ...signed, query: signed.query.toSpliced(at, 0, added) });
  },
  (signed, chance) => {
    const query = [...signed.query].sort(() => (chance.rarely(2) ? 1 : -1));
    return { what: "another order", means: "the same", request: { ...signed, query } };
  },
  (signed, chance, kind) => {
    if (kind.endsWith("-v2")) return undefined;
    const index = signed.query.findIndex((member) => /=[a-zA-Z0-9]/.test(member));
    const member = signed.query[index];
    if (member === undefined) return undefined;
    const query = signed.query.with(index, escaped(member, chance));
    return { what: "another encoding", means: "the same", request: { ...signed, query } };
  },
  (signed, chance, kind) => {
    const [name, value] = chance.one(Object.entries(signed.headers));
    if (name === "authorization") return undefined;
    const headers = { ...signed.headers, [name]: flip(value, chance) };
    return name === "host" && kind.endsWith("-v2")
      ? undefined
      : otherwise("a signed header", { ...signed, headers });
  },
  (signed, chance) => {
    const { authorization } = signed.headers;
    if (authorization === undefined) return undefined;
    const headers = { ...signed.headers, authorization: flip(authorization, chance) };
    return otherwise("the Authorization header", { ...signed, headers });
  },
  (signed, chance) => {
    const { authorization } = signed.headers;
    if (authorization === undefined) return undefined;
    const [, parameters] = authorization.split("AWS4-HMAC-SHA256 ");
    if (parameters === undefined) return undefined;
    const again = chance.one(parameters.split(", "));
    const given = chance.rarely(2) ? `${again}, ${parameters}` : `${parameters},${again}`;
    const headers = { ...signed.headers, authorization: `AWS4-HMAC-SHA256 ${given}` };
    return otherwise("a parameter of the header twice", { ...signed, headers });
  },
  (signed) =>
    otherwise("an unsigned x-amz- header", {
      ...signed,
      headers: { ...signed.headers, "x-amz-acl": "public-read" },
    }),
  (signed) => ({
    what: "an unsigned header",
    means: "the same",
    request: { ...signed, headers: { ...signed.headers, "user-agent": "changed" } },
  }),
  (signed, _chance, kind) =>
    kind.startsWith("header")
      ? undefined
      : otherwise("a second signature", {
          ...signed,
          headers: { ...signed.headers, authorization: "AWS4-HMAC-SHA256 Credential=a" },
        }),
  (signed, chance, kind, service) => {
    const request = { ...signed, body: flip(signed.body, chance) };
    // S3's bodies are compared while they are read; a URL of either version leaves them open.
    return service === "s3"
      ? { what: "the body, later", means: "the same", request }
      : otherwise(`the body, ${kind}`, request);
  },
];

function otherwise(what: string, request: RequestParts): Change {
  return { what, means: "something else", request };
}

/** Another letter or digit in the place of one that is no part of an escape. */
function flip(text: string, chance: Chance): string {
  const places = [...text.matchAll(/%[0-9A-F]{2}|[a-zA-Z0-9]/g)].flatMap(({ 0: found, index }) =>
    found.length === 1 ? [index] : [],
  );
  const at = chance.one(places);
  const old = text.charAt(at);
  const letter = chance.one([...LETTERS].filter((each) => each !== old.toLowerCase()));
  return text.slice(0, at) + letter + text.slice(at + 1);
}

/** The same name in another case or encoding. */
function respelled(member: string, chance: Chance): string {
  const [name = "", value = ""] = member.split("=", 2);
  const spelled = chance.one([
    name,
    name.toLowerCase(),
    name.toUpperCase(),
    `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
  ]);
  return `${spelled}=${chance.rarely(2) ? value : "a"}`;
}

/** The same value with one letter escaped. */
function escaped(member: string, chance: Chance): string {
  const equals = member.indexOf("=");
  const code = member.charCodeAt(equals + 1).toString(16);
  const hex = chance.rarely(2) ? code.toUpperCase() : code;
  return `${member.slice(0, equals + 1)}%${hex}${member.slice(equals + 2)}`;
}

/** A form is accepted as it was signed, or refused. */
export const changedFormTarget: FuzzTarget = {
  name: "signed forms that are changed",
  next(chance) {
    const version = chance.one([2, 4] as const);
    const fields = signedForm(version, [{ bucket: chance.one(["a", "b"]) }]);
    const isChanged = !chance.rarely(4);
    if (isChanged) changeField(fields, version, chance);
    return {
      input: { version, isChanged, fields: [...fields] },
      run: () => {
        if (acceptsForm(fields) === isChanged) throw new Error("a form is taken for another one");
      },
    };
  },
};

function changeField(fields: Map<string, string>, version: 2 | 4, chance: Chance): void {
  const [name, value] = chance.one([...fields]);
  const other = version === 2 ? "x-amz-signature" : "awsaccesskeyid";
  if (chance.rarely(4)) fields.set(other, "a");
  else fields.set(name, flip(value, chance));
}

function acceptsForm(fields: ReadonlyMap<string, string>): boolean {
  try {
    const form = parseSignedForm(fields);
    if (form?.accessKeyId !== ACCESS_KEY_ID) return false;
    verifySignedForm(form, SECRET, NOW_MS);
    // The other fields are what the policy's conditions are about.
    return fields.get("x-amz-date")?.startsWith("20261127T120000Z") ?? true;
  } catch (error) {
    if (error instanceof AuthError) return false;
    throw error;
  }
}
