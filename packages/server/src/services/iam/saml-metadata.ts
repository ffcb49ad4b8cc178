import { X509Certificate } from "node:crypto";
import { parseXml, type XmlElement } from "@rolecast/wire";
import { invalidInput } from "./errors.ts";

const METADATA_NAMESPACE = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#";
/** More than any identity provider has while it changes its keys. */
const CERTIFICATES_MAX = 20;

/** What is used of an identity provider's metadata. */
export interface SamlMetadata {
  readonly entityId: string;
  /** Undefined when the metadata doesn't end. */
  readonly validUntilMs: number | undefined;
  /** PEM. */
  readonly signingCertificates: readonly string[];
}

/** An element with the namespaces that are in force inside it. */
interface Scoped {
  readonly element: XmlElement;
  readonly namespaces: ReadonlyMap<string, string>;
}

/**
 * Reads the metadata of one identity provider (SAML 2.0 Metadata, sections 2.3.2 and 2.4.3). Text
 * with a document type, without `entityID`, or without a signing certificate is refused.
 * @throws InvalidInput in AWS's words
 */
export function parseSamlMetadata(text: string): SamlMetadata {
  const root = scoped(parsed(text), new Map());
  const entityId = root.element.attributes.get("entityID");
  if (!isNamed(root, METADATA_NAMESPACE, "EntityDescriptor") || !entityId) throw unparsable();
  const [provider, ...more] = childrenOf(root, METADATA_NAMESPACE, "IDPSSODescriptor");
  if (!provider || more.length > 0) throw unparsable();
  const signing = childrenOf(provider, METADATA_NAMESPACE, "KeyDescriptor").filter(
    ({ element }) => (element.attributes.get("use") ?? "signing") === "signing",
  );
  const texts = signing.flatMap((key) =>
    childrenOf(key, SIGNATURE_NAMESPACE, "KeyInfo")
      .flatMap((info) => childrenOf(info, SIGNATURE_NAMESPACE, "X509Data"))
      .flatMap((data) => childrenOf(data, SIGNATURE_NAMESPACE, "X509Certificate")),
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

function scoped(element: XmlElement, outer: ReadonlyMap<string, string>): Scoped {
  const namespaces = new Map(outer);
  for (const [name, value] of element.attributes) {
    if (name === "xmlns") namespaces.set("", value);
    else if (name.startsWith("xmlns:")) namespaces.set(name.slice("xmlns:".length), value);
  }
  return { element, namespaces };
}

function isNamed({ element, namespaces }: Scoped, namespace: string, name: string): boolean {
  const colon = element.qualifiedName.indexOf(":");
  const prefix = colon < 0 ? "" : element.qualifiedName.slice(0, colon);
  return element.name === name && namespaces.get(prefix) === namespace;
}

function childrenOf(parent: Scoped, namespace: string, name: string): Scoped[] {
  return parent.element.children
    .map((child) => scoped(child, parent.namespaces))
    .filter((child) => isNamed(child, namespace, name));
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
