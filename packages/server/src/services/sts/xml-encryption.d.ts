/** The little that is used of xml-encryption, which comes without declarations. */
declare module "xml-encryption" {
  import type { XmlNode } from "@xmldom/xmldom/lib/dom-parser.js";

  /** Calls back before it returns. */
  export function decrypt(
    element: XmlNode,
    options: {
      readonly key: string;
      readonly disallowDecryptionWithInsecureAlgorithm: boolean;
      readonly warnInsecureAlgorithm: boolean;
    },
    callback: (error: Error | null, result?: string) => void,
  ): void;
}
