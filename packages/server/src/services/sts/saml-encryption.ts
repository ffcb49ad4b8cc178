import type { XmlNode } from "@xmldom/xmldom/lib/dom-parser.js";
import { decrypt } from "xml-encryption";

/**
 * AES in GCM and in CBC, as AWS's. Source: IAM API reference, UpdateSAMLProvider, AddPrivateKey.
 */
const CIPHERS = [
  "http://www.w3.org/2009/xmlenc11#aes128-gcm",
  "http://www.w3.org/2009/xmlenc11#aes256-gcm",
  "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
  "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
];
/** RSA-OAEP alone: answering guesses at PKCS #1 v1.5's padding would give keys away. */
const KEY_TRANSPORTS = [
  "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
  "http://www.w3.org/2009/xmlenc11#rsa-oaep",
];

/**
 * Whether one part is encrypted with one key, by accepted methods only: the library takes the first
 * methods that it finds, so all of them are checked.
 */
export function hasAcceptedMethods(encryptedAssertion: XmlNode): boolean {
  const data = methodsOf("EncryptedData", encryptedAssertion);
  const keys = methodsOf("EncryptedKey", encryptedAssertion);
  return isOneOf(CIPHERS, data) && isOneOf(KEY_TRANSPORTS, keys);
}

function isOneOf(accepted: readonly string[], [method, ...more]: readonly string[]): boolean {
  return method !== undefined && more.length === 0 && accepted.includes(method);
}

/** The algorithms of all elements of that name below `node`; "" for an element without one. */
function methodsOf(name: string, node: XmlNode): readonly string[] {
  return childrenOf(node).flatMap((child) => {
    const further = methodsOf(name, child);
    if (child.localName !== name) return further;
    const methods = childrenOf(child).filter(({ localName }) => localName === "EncryptionMethod");
    const algorithms = methods.map((method) => method.getAttribute("Algorithm"));
    return [...(algorithms.length > 0 ? algorithms : [""]), ...further];
  });
}

function childrenOf({ childNodes }: XmlNode): readonly XmlNode[] {
  return Array.from({ length: childNodes.length }, (_, index) => childNodes.item(index)).filter(
    (node) => node !== null && node.localName !== null,
  ) as readonly XmlNode[];
}

/** The decrypted text; undefined if none of the keys opens it. */
export function decrypted(
  encryptedAssertion: XmlNode,
  privateKeys: readonly string[],
): string | undefined {
  for (const key of privateKeys) {
    let text: string | undefined;
    decrypt(
      encryptedAssertion,
      // The methods were checked before.
      { key, disallowDecryptionWithInsecureAlgorithm: false, warnInsecureAlgorithm: false },
      (_error, result) => {
        text = result;
      },
    );
    if (text !== undefined) return text;
  }
  return undefined;
}
