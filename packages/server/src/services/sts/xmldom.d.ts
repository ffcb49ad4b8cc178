/*
 * The little that is used of xmldom. The package's own declarations would bring a browser's globals
 * into the server's types.
 */
declare module "@xmldom/xmldom/lib/dom-parser.js" {
  export interface XmlNode {
    readonly localName: string | null;
    readonly namespaceURI: string | null;
    readonly childNodes: { readonly length: number; item(index: number): XmlNode | null };
    /** Elements have it; "" for an attribute that isn't there. */
    getAttribute(name: string): string;
  }

  export class DOMParser {
    constructor(options: { readonly errorHandler: (level: string, message: string) => void });
    parseFromString(
      text: string,
      mimeType: "text/xml",
    ): { readonly documentElement: XmlNode | null };
  }
}
