import { X509Certificate } from "node:crypto";
import { childrenNamed, isNamed, parseXml, scopedXml, type XmlElement } from "@rolecast/wire";
import { invalidInput } from "../errors.ts";

const METADATA_NAMESPACE = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#";
/** More than any identity provider has while it changes its keys. */
const CERTIFICATES_MAX = 20;

/** The parts of an identity provider's metadata that are used. */
export interface SamlMetadata {
  readonly entityId: string;
  /** Undefined when the metadata doesn't end. */
  readonly validUntilMs: number | undefined;
  /** PEM. */
  readonly signingCertificates: readonly string[];
}

/**
 * Reads the metadata of one identity provider (SAML 2.0 Metadata, sections 2.3.2 and 2.4.3). Text
 * with a document type, without `entityID`, or without a signing certificate is refused.
 * @throws InvalidInput in AWS's words
 */
export function parseSamlMetadata(text: string): SamlMetadata {
  const root = scopedXml(parsed(text));
  const entityId = root.element.attributes.get("entityID");
  if (!isNamed(root, METADATA_NAMESPACE, "EntityDescriptor") || !entityId) throw unparsable();
  const [provider, ...more] = childrenNamed(root, METADATA_NAMESPACE, "IDPSSODescriptor");
  if (!provider || more.length > 0) throw unparsable();
  const signing = childrenNamed(provider, METADATA_NAMESPACE, "KeyDescriptor").filter(
    ({ element }) => (element.attributes.get("use") ?? "signing") === "signing",
  );
  const texts = signing.flatMap((key) =>
    childrenNamed(key, SIGNATURE_NAMESPACE, "KeyInfo")
      .flatMap((info) => childrenNamed(info, SIGNATURE_NAMESPACE, "X509Data"))
      .flatMap((data) => childrenNamed(data, SIGNATURE_NAMESPACE, "X509Certificate")),
  );
  if (texts.length === 0 || texts.length > CERTIFICATES_MAX) throw unparsable();
  const ends = [root, provider].flatMap(({ element }) => validUntil(element) ?? []);
  return {
    entityId,
    validUntilMs: ends.length === 0 ? undefined : Math.min(...ends),
    signingCertificates: texts.map(({ element }) => certificatePem(element.text)),
  };
}

function parsed(text: string): XmlElement {
  try {
    return parseXml(text);
  } catch {
    // Whatever is wrong with it, AWS says the same.
    throw unparsable();
  }
}

function validUntil(element: XmlElement): number | undefined {
  const text = element.attributes.get("validUntil");
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) throw unparsable();
  return ms;
}

function certificatePem(base64: string): string {
  try {
    return new X509Certificate(Buffer.from(base64, "base64")).toString();
  } catch {
    throw unparsable();
  }
}

function unparsable() {
  return invalidInput("Could not parse metadata");
}
