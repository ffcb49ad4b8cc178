import { createHash, createPrivateKey, randomUUID, sign } from "node:crypto";
import { generate } from "selfsigned";

const SAML = "urn:oasis:names:tc:SAML:2.0:assertion";
const SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol";
const DS = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
const NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

export const SIGN_IN = "https://signin.aws.amazon.com/saml";
export const ENTITY_ID = "https://idp.example.com/saml";

export interface SamlKey {
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
}

export async function samlKey(): Promise<SamlKey> {
  const made = await generate([{ name: "commonName", value: "idp" }], { keySize: 1024 });
  return { certificate: made.cert, privateKey: made.private };
}

/** The contents of an assertion; each test changes one part. */
export interface Claims {
  issuer: string;
  nameId: string;
  recipient: string;
  audience: string;
  issuedMs: number;
  notBeforeMs: number;
  untilMs: number;
  sessionUntilMs: number | undefined;
  /** Attributes by name below `https://aws.amazon.com/SAML/Attributes/`, or by full name. */
  attributes: Readonly<Record<string, readonly string[]>>;
}

export function claims(
  roleArn: string,
  providerArn: string,
  changed: Partial<Claims> = {},
): Claims {
  const nowMs = Date.now();
  const { attributes, ...rest } = changed;
  return {
    issuer: ENTITY_ID,
    nameId: "ann@example.com",
    recipient: SIGN_IN,
    audience: "urn:amazon:webservices",
    issuedMs: nowMs,
    notBeforeMs: nowMs - 60_000,
    untilMs: nowMs + 300_000,
    sessionUntilMs: undefined,
    ...rest,
    attributes: {
      Role: [`${roleArn},${providerArn}`],
      RoleSessionName: ["ann"],
      ...attributes,
    },
  };
}

const time = (ms: number) => new Date(ms).toISOString();

/**
 * An unsigned assertion, written in the form that exclusive canonicalization would give it, so that
 * its digest can be taken without a library.
 */
export function assertionOf(said: Claims, id = `_${randomUUID()}`): string {
  const session =
    said.sessionUntilMs === undefined ? "" : ` SessionNotOnOrAfter="${time(said.sessionUntilMs)}"`;
  const attributes = Object.entries(said.attributes).map(([name, values]) => {
    const full = /^(?:urn|https?):/.test(name)
      ? name
      : `https://aws.amazon.com/SAML/Attributes/${name}`;
    const each = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`);
    return `<saml:Attribute Name="${full}">${each.join("")}</saml:Attribute>`;
  });
  return [
    `<saml:Assertion xmlns:saml="${SAML}" ID="${id}" IssueInstant="${time(said.issuedMs)}" Version="2.0">`,
    `<saml:Issuer>${said.issuer}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="${NAME_FORMAT}">${said.nameId}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">`,
    `<saml:SubjectConfirmationData NotOnOrAfter="${time(said.untilMs)}" Recipient="${said.recipient}"></saml:SubjectConfirmationData>`,
    `</saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${time(said.notBeforeMs)}" NotOnOrAfter="${time(said.untilMs)}">`,
    `<saml:AudienceRestriction><saml:Audience>${said.audience}</saml:Audience></saml:AudienceRestriction>`,
    `</saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${time(said.issuedMs)}"${session}></saml:AuthnStatement>`,
    `<saml:AttributeStatement>${attributes.join("")}</saml:AttributeStatement>`,
    `</saml:Assertion>`,
  ].join("\n");
}

export interface Signing {
  readonly hash: "sha1" | "sha256" | "sha512";
  readonly canonicalization: string;
}

const SIGNATURE_METHODS = {
  sha1: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
  sha256: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  sha512: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
};
const DIGEST_METHODS = {
  sha1: `${DS}sha1`,
  sha256: "http://www.w3.org/2001/04/xmlenc#sha256",
  sha512: "http://www.w3.org/2001/04/xmlenc#sha512",
};

/** Puts an enveloped signature into an assertion or response that is written canonically. */
export function signed(xml: string, key: SamlKey, signing: Partial<Signing> = {}): string {
  const { hash = "sha256", canonicalization = EXCLUSIVE } = signing;
  const id = /\bID="([^"]+)"/.exec(xml)?.[1] ?? "";
  const digest = createHash(hash).update(xml).digest("base64");
  const info = [
    `<ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}"></ds:CanonicalizationMethod>`,
    `<ds:SignatureMethod Algorithm="${SIGNATURE_METHODS[hash]}"></ds:SignatureMethod>`,
    `<ds:Reference URI="#${id}"><ds:Transforms>`,
    `<ds:Transform Algorithm="${DS}enveloped-signature"></ds:Transform>`,
    `<ds:Transform Algorithm="${canonicalization}"></ds:Transform></ds:Transforms>`,
    `<ds:DigestMethod Algorithm="${DIGEST_METHODS[hash]}"></ds:DigestMethod>`,
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`,
  ].join("");
  const alone = `<ds:SignedInfo xmlns:ds="${DS}">${info}</ds:SignedInfo>`;
  const value = sign(hash, Buffer.from(alone), createPrivateKey(key.privateKey)).toString("base64");
  const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${base64Of(key)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  const signature = `<ds:Signature xmlns:ds="${DS}"><ds:SignedInfo>${info}</ds:SignedInfo><ds:SignatureValue>${value}</ds:SignatureValue>${keyInfo}</ds:Signature>`;
  // After the Issuer in an assertion, before the Status in a response.
  return xml.startsWith("<saml:")
    ? xml.replace("</saml:Issuer>", `</saml:Issuer>${signature}`)
    : xml.replace("<samlp:Status>", `${signature}<samlp:Status>`);
}

/** A response around assertions, canonical if they are. */
export function responseOf(inner: string, status = "Success"): string {
  return (
    `<samlp:Response xmlns:samlp="${SAMLP}" ID="_${randomUUID()}" IssueInstant="${time(Date.now())}" Version="2.0">` +
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${status}"></samlp:StatusCode></samlp:Status>` +
    `${inner}</samlp:Response>`
  );
}

export const base64 = (xml: string) => Buffer.from(xml).toString("base64");

const base64Of = ({ certificate }: SamlKey) => certificate.replace(/-----[A-Z ]+-----|\s/g, "");

/** The metadata that the provider is registered with. */
export function metadataOf(keys: readonly SamlKey[]): string {
  const descriptors = keys.map(
    (key) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="${DS}"><ds:X509Data>` +
      `<ds:X509Certificate>${base64Of(key)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  );
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ENTITY_ID}">
<md:IDPSSODescriptor protocolSupportEnumeration="${SAMLP}">${descriptors.join("")}</md:IDPSSODescriptor>
</md:EntityDescriptor>`;
}
