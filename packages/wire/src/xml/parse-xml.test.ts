import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_XML_DEPTH, MAX_XML_ELEMENTS } from "../limits.ts";
import { WireError } from "../wire-error.ts";
import { escapeXml } from "./escape-xml.ts";
import { parseXml, type XmlElement } from "./parse-xml.ts";

interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Tree[];
}

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,5}$/);
const text = fc.string({ unit: "grapheme", maxLength: 10 });
const leaf = {
  name,
  attributes: fc.dictionary(name, text, { maxKeys: 2, noNullPrototype: true }),
  text,
};
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.record({ ...leaf, children: fc.constant([]) }),
    fc.record({ ...leaf, children: fc.array(tie("tree"), { maxLength: 3 }) }),
  ),
}));

function write({ name: tag, attributes, text: content, children }: Tree): string {
  const attributeText = Object.entries(attributes)
    .map(([key, value]) => ` ${key}='${escapeXml(value).replaceAll("'", "&apos;")}'`)
    .join("");
  return `<${tag}${attributeText}>${escapeXml(content)}${children.map(write).join("<!-- c -->")}</${tag}>`;
}

function toTree(element: XmlElement): Tree {
  const { name: tag, attributes, text: content, children } = element;
  return {
    name: tag,
    attributes: Object.fromEntries(attributes),
    text: content,
    children: children.map(toTree),
  };
}

describe("parseXml", () => {
  test("reads what was written", () => {
    fc.assert(
      fc.property(tree, (given) => {
        const document = `<?xml version="1.0" encoding="UTF-8"?>\n${write(given)}\n`;
        expect(toTree(parseXml(document))).toEqual(given);
      }),
      { numRuns: 300 },
    );
  });

  test("throws nothing but MalformedXML for any text", () => {
    const soup = fc
      .array(
        fc.constantFrom(
          "<",
          ">",
          "</",
          "/>",
          "a",
          "b:c",
          "=",
          '"',
          "'",
          " ",
          "&",
          "&lt;",
          "&#x0;",
          ";",
          "<!--",
          "-->",
          "<![CDATA[",
          "]]>",
          "<?",
          "?>",
          "<!",
        ),
        { maxLength: 30 },
      )
      .map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(soup, (given) => {
        try {
          parseXml(given);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          expect(error).toMatchObject({ code: "MalformedXML", status: 400 });
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ["an external entity", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ["an entity of its own", "<a>&x;</a>"],
    ["a tag that isn't closed", "<a><b></a>"],
    ["two roots", "<a/><b/>"],
    ["no root", "<!-- nothing -->"],
    ["text around the root", "x<a/>"],
    ["an attribute twice", "<a b='1' b='2'/>"],
    ["a reference beyond Unicode", "<a>&#x110000;</a>"],
    ["a reference to half a character", "<a>&#xD800;</a>"],
    ["a reference to a control character", "<a b='&#31;'/>"],
    ["a reference to no character", "<a>&#xFFFE;</a>"],
    ["nesting without end", "<a>".repeat(MAX_XML_DEPTH + 1)],
    ["elements without end", `<a>${"<b/>".repeat(MAX_XML_ELEMENTS)}</a>`],
    ["nothing", ""],
  ])("refuses %s", (_name, document) => {
    expect(() => parseXml(document)).toThrow(WireError);
  });

  test("reads references to all that a document may have", () => {
    const document = "<a>&#9;&#xA;&#13;&#x20;&#xD7FF;&#xE000;&#xFFFD;&#x10000;&#x10FFFF;&#233;</a>";
    const text = "\t\n\r \ud7ff\ue000\ufffd\u{10000}\u{10ffff}é";
    expect(parseXml(document).text).toBe(text);
  });

  test("drops prefixes of elements and reads CDATA", () => {
    const element = parseXml("<s:a xmlns:s='x'><s:b><![CDATA[<&>]]> c</s:b></s:a>");
    expect(toTree(element)).toEqual({
      name: "a",
      attributes: { "xmlns:s": "x" },
      text: "",
      children: [{ name: "b", attributes: {}, text: "<&> c", children: [] }],
    });
  });
});
