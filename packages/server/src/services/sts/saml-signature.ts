import {
  childrenNamed,
  isNamed,
  parseXml,
  type ScopedXml,
  scopedXml,
  type XmlElement,
} from "@rolecast/wire";
import { DOMParser, type XmlNode } from "@xmldom/xmldom/lib/dom-parser.js";
import { SignedXml } from "xml-crypto";
import { AwsError } from "../../kernel/aws-error.ts";
import { ownValue } from "../../kernel/own-value.ts";
import { idpRejectedClaim, invalidIdentityToken } from "./errors.ts";
import { decrypted, hasAcceptedMethods } from "./saml-encryption.ts";
import { checkStructure, SIGNATURE_TRANSFORMS } from "./saml-structure.ts";

export const ASSERTION_NAMESPACE = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL_NAMESPACE = "urn:oasis:names:tc:SAML:2.0:protocol";
const SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#";
const SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";

/** SHA-1 is left out: with a collision, an identity provider's signature covers two texts. */
const SIGNATURE_ALGORITHMS = [
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
  "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
];
const HASH_ALGORITHMS = [
  "http://www.w3.org/2001/04/xmlenc#sha256",
  "http://www.w3.org/2001/04/xmlenc#sha512",
];
const TRANSFORMS: readonly string[] = Object.values(SIGNATURE_TRANSFORMS);

/** The issuer of the assertions. */
export interface SamlSigner {
  readonly signingCertificates: readonly string[];
  readonly privateKeys: readonly string[];
  readonly requiresEncryption: boolean;
}

/**
 * The one assertion of a SAML response, as it was signed. It is read from the canonical text whose
 * digest the signature covers, never from the response around it, so nothing that was wrapped
 * around it, put beside it or changed in the response can replace it. An encrypted assertion is
 * decrypted from the signed response, or must be signed itself.
 *
 * @throws InvalidIdentityToken, IDPRejectedClaim
 */
export function signedAssertion(text: string, signer: SamlSigner): ScopedXml {
  const response = parsed(text);
  checkEnvelope(response);
  const encrypted = childrenNamed(response, ASSERTION_NAMESPACE, "EncryptedAssertion");
  if (encrypted.length > 0) {
    const assertions = childrenNamed(response, ASSERTION_NAMESPACE, "Assertion");
    if (encrypted.length + assertions.length > 1) throw notOneAssertion();
    return decryptedAssertion(text, signer);
  }
  if (signer.requiresEncryption)
    throw invalidIdentityToken("The SAML provider requires that assertions are encrypted.");
  soleAssertion(response);
  const signed = firstSigned(text, signer);
  if (!signed) throw signatureInvalid();
  return isNamed(signed, ASSERTION_NAMESPACE, "Assertion") ? signed : soleAssertion(signed);
}

/** The checks of a response that come before its signatures. */
function checkEnvelope(response: ScopedXml): void {
  if (!isNamed(response, PROTOCOL_NAMESPACE, "Response"))
    throw invalidIdentityToken("The SAML response provided is malformed.");
  const status = childrenNamed(response, PROTOCOL_NAMESPACE, "Status")
    .flatMap((element) => childrenNamed(element, PROTOCOL_NAMESPACE, "StatusCode"))
    .at(0);
  if (status && status.element.attributes.get("Value") !== SUCCESS)
    throw idpRejectedClaim("The identity provider reported that authentication failed.");
}

/**
 * The one answer to every failure from the decryption on: with different answers a stranger could
 * find out an assertion's content by sending altered ones.
 */
function decryptedAssertion(text: string, signer: SamlSigner): ScopedXml {
  if (signer.privateKeys.length === 0)
    throw invalidIdentityToken("The SAML provider has no private key to decrypt assertions with.");
  const [signature] = signaturesOf(text);
  const signed = signature && signedElement(text, signature, signer.signingCertificates);
  const encrypted = encryptedAssertion(signed?.canonical ?? text);
  if (!encrypted || !hasAcceptedMethods(encrypted))
    throw invalidIdentityToken("The SAML assertion is encrypted with an unsupported algorithm.");
  const plain = decrypted(encrypted, signer.privateKeys) ?? "";
  const assertion = withOneAnswer(() => {
    const whole = parsed(plain);
    return signed ? whole : firstSigned(plain, signer);
  });
  if (assertion && isNamed(assertion, ASSERTION_NAMESPACE, "Assertion")) return assertion;
  throw signatureInvalid();
}

function withOneAnswer(read: () => ScopedXml | undefined): ScopedXml | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function encryptedAssertion(text: string): XmlNode | undefined {
  const response = documentOf(text);
  return response ? nodesNamed(response, ASSERTION_NAMESPACE, "EncryptedAssertion")[0] : undefined;
}

function firstSigned(text: string, signer: SamlSigner): ScopedXml | undefined {
  const signatures = signaturesOf(text);
  const [signed] = signatures.map((each) => signedElement(text, each, signer.signingCertificates));
  return signed?.element;
}

function soleAssertion(response: ScopedXml): ScopedXml {
  const [assertion, ...more] = childrenNamed(response, ASSERTION_NAMESPACE, "Assertion");
  if (!assertion || more.length > 0) throw notOneAssertion();
  return assertion;
}

function notOneAssertion() {
  return invalidIdentityToken("The SAML response must contain exactly one assertion.");
}

interface Signature {
  readonly node: XmlNode;
  /** The element that contains it, which must be the one that it signs. */
  readonly parent: XmlNode;
}

/** The signatures directly in the assertion and in the response, in this order. */
function signaturesOf(text: string): readonly Signature[] {
  const response = documentOf(text);
  if (!response) return [];
  const assertions = nodesNamed(response, ASSERTION_NAMESPACE, "Assertion");
  return [...assertions, response].flatMap((parent) =>
    nodesNamed(parent, SIGNATURE_NAMESPACE, "Signature").map((node) => ({ node, parent })),
  );
}

function documentOf(text: string): XmlNode | null {
  const parser = new DOMParser({
    errorHandler: (_level, message) => {
      throw invalidIdentityToken(
        `The SAML response provided is malformed: ${message.slice(0, 80)}`,
      );
    },
  });
  return parser.parseFromString(text, "text/xml").documentElement;
}

function nodesNamed({ childNodes }: XmlNode, namespace: string, name: string): XmlNode[] {
  return Array.from({ length: childNodes.length }, (_, index) => childNodes.item(index)).flatMap(
    (node) => (node?.namespaceURI === namespace && node.localName === name ? [node] : []),
  );
}

/** The signed element, which contains the signature, read from the canonical text. */
function signedElement(
  text: string,
  { node, parent }: Signature,
  certificates: readonly string[],
): { readonly canonical: string; readonly element: ScopedXml } {
  const canonical = signedText(text, node, certificates);
  if (canonical === undefined) throw signatureInvalid();
  const signed = parsed(canonical);
  const { localName, namespaceURI } = parent;
  // The library has refused an id that two elements share.
  const same =
    isNamed(signed, namespaceURI ?? "", localName ?? "") &&
    signed.element.attributes.get("ID") === parent.getAttribute("ID");
  if (!same) throw signatureInvalid();
  return { canonical, element: signed };
}

/** The canonical text that the signature covers; undefined when no certificate's key made it. */
function signedText(
  text: string,
  signature: XmlNode,
  certificates: readonly string[],
): string | undefined {
  for (const certificate of certificates) {
    const signed = new SignedXml({
      publicCert: certificate,
      // A key that comes with the response proves nothing.
      getCertFromKeyInfo: () => null,
    });
    signed.SignatureAlgorithms = only(signed.SignatureAlgorithms, SIGNATURE_ALGORITHMS);
    signed.HashAlgorithms = only(signed.HashAlgorithms, HASH_ALGORITHMS);
    signed.CanonicalizationAlgorithms = only(signed.CanonicalizationAlgorithms, TRANSFORMS);
    if (!verifies(signed, text, signature)) continue;
    const [reference, ...more] = signed.getSignedReferences();
    return more.length === 0 ? reference : undefined;
  }
  return undefined;
}

function verifies(signed: SignedXml, text: string, signature: XmlNode): boolean {
  try {
    signed.loadSignature(signature as never);
    return hasSignedInfo(signed, text) && signed.checkSignature(text);
  } catch {
    // The library throws for a wrong key as for a malformed signature: the answer is the same.
    return false;
  }
}

/** Members of the library's signature that its declarations leave out. */
interface SignedInfoParts {
  readonly signatureValue: string;
  getCanonSignedInfoXml(document: XmlNode | null): string;
}

/**
 * Whether the key made the signature's value, over the SignedInfo alone, which is short. The
 * library checks this last, after digesting everything that a stranger refers to.
 */
function hasSignedInfo(signed: SignedXml, text: string): boolean {
  const { signatureAlgorithm, publicCert } = signed;
  const parts = signed as unknown as SignedInfoParts;
  const algorithm = ownValue(signed.SignatureAlgorithms, signatureAlgorithm ?? "");
  const canonical = parts.getCanonSignedInfoXml(documentOf(text));
  const { signatureValue } = parts;
  return (
    algorithm !== undefined &&
    new algorithm().verifySignature(canonical, publicCert ?? "", signatureValue) === true
  );
}

function only<Algorithms extends object>(all: Algorithms, names: readonly string[]): Algorithms {
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => names.includes(name)),
  ) as Algorithms;
}

function parsed(text: string): ScopedXml {
  const response = scopedXml(parsedXml(text));
  checkStructure(response, text);
  return response;
}

function parsedXml(text: string): XmlElement {
  try {
    return parseXml(text);
  } catch {
    // The answer is the same for every mistake, a document type included.
    throw invalidIdentityToken("The SAML response provided is malformed.");
  }
}

/** The sentence is AWS's. */
function signatureInvalid() {
  return invalidIdentityToken("Response signature invalid");
}
