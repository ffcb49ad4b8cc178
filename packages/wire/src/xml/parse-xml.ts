import { MAX_XML_ATTRIBUTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS } from "../limits.ts";
import { WireError } from "../wire-error.ts";

export interface XmlElement {
  /** With its namespace prefix, as it is written. */
  readonly qualifiedName: string;
  /** Without namespace prefix. */
  readonly name: string;
  /** By qualified name, as `xsi:type`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own character data, concatenated. */
  readonly text: string;
}

interface OpenElement {
  readonly qualifiedName: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const NAME = /[A-Za-z_:][\w:.-]*/y;
const SPACE = /[ \t\r\n]*/y;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
/** Characters that a document may contain (XML 1.0, production 2), and a reference may name. */
const CHARACTER = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]$/u;
const MAX_CODE_POINT = 0x10ffff;
const NAMED_ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);
/** `&#x10FFFF;` is the longest reference there is. */
const MAX_REFERENCE_CHARS = 10;

/**
 * Parses an XML document in time linear in its length. It knows elements, attributes, character
 * data, CDATA, comments and processing instructions, and refuses document types: no entity is
 * ever expanded but the five predefined ones and character references.
 * Throws WireError `MalformedXML`.
 */
export function parseXml(text: string): XmlElement {
  return new XmlParser(text).document();
}

class XmlParser {
  readonly #text: string;
  #at = 0;
  #elementCount = 0;

  constructor(text: string) {
    this.#text = text.startsWith("\ufeff") ? text.slice(1) : text;
  }

  document(): XmlElement {
    const stack: OpenElement[] = [];
    let root: XmlElement | undefined;
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf("<", this.#at);
      const end = open === -1 ? this.#text.length : open;
      this.#characters(stack.at(-1), end);
      if (open === -1) break;
      if (this.#skipMarkup(stack.at(-1))) continue;
      if (root !== undefined) throw malformedXml();
      if (this.#text[this.#at + 1] === "/") {
        root = this.#closeTag(stack);
      } else {
        root = this.#openTag(stack);
      }
    }
    if (root === undefined) throw malformedXml();
    return root;
  }

  #characters(parent: OpenElement | undefined, end: number): void {
    if (end === this.#at) return;
    const raw = this.#text.slice(this.#at, end);
    this.#at = end;
    if (parent !== undefined) parent.text += decodeText(raw);
    else if (raw.trim() !== "") throw malformedXml();
  }

  /** Skips comments, CDATA and processing instructions; false when an element's tag follows. */
  #skipMarkup(parent: OpenElement | undefined): boolean {
    const text = this.#text;
    if (text.startsWith("<!--", this.#at)) {
      this.#skipPast("-->", 4);
      return true;
    }
    if (text.startsWith("<?", this.#at)) {
      this.#skipPast("?>", 2);
      return true;
    }
    if (text.startsWith("<![CDATA[", this.#at)) {
      if (parent === undefined) throw malformedXml();
      const start = this.#at + 9;
      this.#skipPast("]]>", 9);
      parent.text += text.slice(start, this.#at - 3);
      return true;
    }
    if (text.startsWith("<!", this.#at)) throw malformedXml();
    return false;
  }

  #skipPast(terminator: string, offset: number): void {
    const end = this.#text.indexOf(terminator, this.#at + offset);
    if (end === -1) throw malformedXml();
    this.#at = end + terminator.length;
  }

  /** Returns the root when this tag was the last one needed. */
  #closeTag(stack: OpenElement[]): XmlElement | undefined {
    this.#at += 2;
    const name = this.#match(NAME);
    this.#match(SPACE);
    this.#expect(">");
    const element = stack.pop();
    if (element === undefined || element.qualifiedName !== name) throw malformedXml();
    const parent = stack.at(-1);
    if (parent === undefined) return element;
    parent.children.push(element);
    return undefined;
  }

  #openTag(stack: OpenElement[]): XmlElement | undefined {
    this.#at += 1;
    const qualifiedName = this.#match(NAME);
    this.#elementCount += 1;
    if (qualifiedName === "" || this.#elementCount > MAX_XML_ELEMENTS) throw malformedXml();
    const name = qualifiedName.slice(qualifiedName.indexOf(":") + 1);
    const attributes = this.#attributes();
    const element: OpenElement = { qualifiedName, name, attributes, children: [], text: "" };
    if (this.#text[this.#at] !== "/") {
      this.#expect(">");
      if (stack.length === MAX_XML_DEPTH) throw malformedXml();
      stack.push(element);
      return undefined;
    }
    this.#at += 1;
    this.#expect(">");
    const parent = stack.at(-1);
    if (parent === undefined) return element;
    parent.children.push(element);
    return undefined;
  }

  #attributes(): ReadonlyMap<string, string> {
    let attributes: Map<string, string> | undefined;
    for (;;) {
      const space = this.#match(SPACE);
      const next = this.#text[this.#at];
      if (next === ">" || next === "/") return attributes ?? NO_ATTRIBUTES;
      const name = this.#match(NAME);
      if (name === "" || space === "") throw malformedXml();
      this.#match(SPACE);
      this.#expect("=");
      this.#match(SPACE);
      const quote = this.#text[this.#at];
      if (quote !== '"' && quote !== "'") throw malformedXml();
      const end = this.#text.indexOf(quote, this.#at + 1);
      if (end === -1) throw malformedXml();
      const value = this.#text.slice(this.#at + 1, end);
      attributes ??= new Map();
      if (value.includes("<") || attributes.has(name) || attributes.size === MAX_XML_ATTRIBUTES) {
        throw malformedXml();
      }
      attributes.set(name, decodeText(value));
      this.#at = end + 1;
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const matched = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += matched.length;
    return matched;
  }

  #expect(char: string): void {
    if (this.#text[this.#at] !== char) throw malformedXml();
    this.#at += 1;
  }
}

function decodeText(source: string): string {
  const raw = source.includes("\r")
    ? source.replaceAll("\r\n", "\n").replaceAll("\r", "\n")
    : source;
  let at = raw.indexOf("&");
  if (at === -1) return raw;
  const parts: string[] = [];
  let from = 0;
  while (at !== -1) {
    const length = raw.slice(at, at + MAX_REFERENCE_CHARS).indexOf(";");
    if (length === -1) throw malformedXml();
    parts.push(raw.slice(from, at), decodeReference(raw.slice(at + 1, at + length)));
    from = at + length + 1;
    at = raw.indexOf("&", from);
  }
  parts.push(raw.slice(from));
  return parts.join("");
}

function decodeReference(body: string): string {
  const named = NAMED_ENTITIES.get(body);
  if (named !== undefined) return named;
  const hex = /^#x([0-9A-Fa-f]{1,6})$/.exec(body)?.[1];
  const decimal = /^#([0-9]{1,7})$/.exec(body)?.[1];
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
  if (!(code >= 0 && code <= MAX_CODE_POINT)) throw malformedXml();
  const character = String.fromCodePoint(code);
  if (!CHARACTER.test(character)) throw malformedXml();
  return character;
}

export const MALFORMED_XML = "MalformedXML";

/** S3's error for a document that isn't XML, or has what its schema doesn't. */
export function malformedXml(): WireError {
  return new WireError(
    MALFORMED_XML,
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}
