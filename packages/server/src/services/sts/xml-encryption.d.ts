/** The used part of xml-encryption, which has no declarations of its own. */
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
