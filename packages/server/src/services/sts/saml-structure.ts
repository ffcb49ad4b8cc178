import { isNamed, type ScopedXml, scopedXml, type XmlElement } from "@rolecast/wire";
import { invalidIdentityToken } from "./errors.ts";

/*
 * The bounds of a response, checked before any of it is canonicalized, digested or decrypted. All
 * of that takes more than linear time, and the sender hasn't proven an identity yet. The bounds are
 * ours, far above what identity providers send; a response has 75 KB at most (STS's limit).
 */
const SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#";
const DEPTH_MAX = 32;
/** A list of 1,000 groups has as many attribute values. */
const ELEMENTS_MAX = 2_000;
const ATTRIBUTES_MAX = 4_000;
/** Some libraries declare two namespaces on each attribute value again. */
const DECLARATIONS_MAX = 2_000;
/** Comments, CDATA sections and processing instructions, each of which cuts a text in two. */
const SECTIONS_MAX = 100;
/** The most that are in scope in one element. */
const NAMESPACES_MAX = 24;
/** One of the response and one of the assertion. */
const SIGNATURES_MAX = 2;
const SIGNED_INFO_ELEMENTS_MAX = 16;
const SIGNED_INFO_CHARS_MAX = 4_000;

export const SIGNATURE_TRANSFORMS = {
  enveloped: "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
  exclusive: "http://www.w3.org/2001/10/xml-exc-c14n#",
  inclusive: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
} as const;
/** Without comments, which would cut a signed text into parts that readers join differently. */
const CANONICALIZATIONS: readonly string[] = [
  SIGNATURE_TRANSFORMS.exclusive,
  SIGNATURE_TRANSFORMS.inclusive,
];

interface Counts {
  elements: number;
  attributes: number;
  declarations: number;
  signatures: number;
}

/** Throws InvalidIdentityToken for a response that no identity provider would send. */
export function checkStructure(root: ScopedXml, text: string): void {
  if ((text.match(/<[!?]/g)?.length ?? 0) > SECTIONS_MAX)
    throw tooMuch(`comments and sections: at most ${SECTIONS_MAX} are taken`);
  const counts: Counts = {
    elements: 0,
    attributes: 0,
    declarations: 0,
    signatures: 0,
  };
  checkElement(root, 1, counts);
}

function checkElement(scoped: ScopedXml, depth: number, counts: Counts): void {
  const { element, namespaces } = scoped;
  counts.elements += 1;
  counts.attributes += element.attributes.size;
  for (const name of element.attributes.keys()) if (isDeclaration(name)) counts.declarations += 1;
  if (depth > DEPTH_MAX) throw tooMuch(`elements in each other, of which ${DEPTH_MAX} are taken`);
  if (counts.elements > ELEMENTS_MAX) throw tooMuch(`elements: at most ${ELEMENTS_MAX} are taken`);
  if (counts.attributes > ATTRIBUTES_MAX)
    throw tooMuch(`attributes: at most ${ATTRIBUTES_MAX} are taken`);
  if (counts.declarations > DECLARATIONS_MAX || namespaces.size > NAMESPACES_MAX)
    throw tooMuch(`namespaces: at most ${NAMESPACES_MAX} at a time are taken`);
  if (isNamed(scoped, SIGNATURE_NAMESPACE, "Signature")) {
    counts.signatures += 1;
    if (counts.signatures > SIGNATURES_MAX)
      throw tooMuch("signatures: one of the response and one of the assertion are taken");
    checkSignature(element);
  }
  for (const child of element.children)
    checkElement(
      child.attributes.size === 0 ? { element: child, namespaces } : scopedXml(child, namespaces),
      depth + 1,
      counts,
    );
}

/**
 * One SignedInfo with one Reference that has at most two transforms of the known kinds. By local
 * names alone, as the library reads them.
 */
function checkSignature(signature: XmlElement): void {
  const info = sole(signature, "SignedInfo");
  const size = { elements: 0, chars: 0 };
  measure(info, size);
  if (size.elements > SIGNED_INFO_ELEMENTS_MAX || size.chars > SIGNED_INFO_CHARS_MAX)
    throw malformedSignature();
  const method = sole(info, "CanonicalizationMethod").attributes.get("Algorithm") ?? "";
  if (!CANONICALIZATIONS.includes(method)) throw malformedSignature();
  const reference = sole(info, "Reference");
  sole(signature, "SignatureValue");
  const lists = reference.children.filter(({ name }) => name === "Transforms");
  const transforms = lists.flatMap(({ children }) => children);
  if (lists.length > 1 || transforms.length > 2) throw malformedSignature();
  const known: readonly string[] = Object.values(SIGNATURE_TRANSFORMS);
  for (const { name, attributes } of transforms)
    if (name !== "Transform" || !known.includes(attributes.get("Algorithm") ?? ""))
      throw malformedSignature();
}

function measure(
  { attributes, children, text }: XmlElement,
  size: { elements: number; chars: number },
): void {
  size.elements += 1;
  size.chars += text.length;
  for (const [name, value] of attributes) size.chars += name.length + value.length;
  for (const child of children) measure(child, size);
}

function sole({ children }: XmlElement, name: string): XmlElement {
  const [found, ...more] = children.filter((child) => child.name === name);
  if (!found || more.length > 0) throw malformedSignature();
  return found;
}

function isDeclaration(name: string): boolean {
  return name === "xmlns" || name.startsWith("xmlns:");
}

function tooMuch(what: string) {
  return invalidIdentityToken(`The SAML response has too many ${what}.`);
}

/** The answer to every signature that can't be verified, in AWS's words. */
function malformedSignature() {
  return invalidIdentityToken("Response signature invalid");
}
