import assert from "node:assert";
import { setOwn } from "../codec/own-property.ts";
import { compileTextReader, type TextRules } from "../codec/scalar-text.ts";
import type { ListShape, MapShape, Member, Shape, StructureShape } from "../schema/shape.ts";
import { malformedXml, type XmlElement } from "./parse-xml.ts";

export type XmlReader = (element: XmlElement) => unknown;
export type XmlStructureReader = (element: XmlElement) => Record<string, unknown>;
/**
 * A member of a structure whose elements, several where it is flattened, are among the structure's.
 */
interface ElementMember {
  readonly name: string;
  readonly read: (elements: readonly XmlElement[]) => unknown;
}

/**
 * Compiles shapes into functions that read them from parsed XML; a shape is compiled once. Elements
 * that a shape doesn't have, and second ones of what there is one of, are refused as by a schema:
 * of a misspelt filter nothing would be left, which is a filter that takes everything. The
 * functions throw WireError `MalformedXML`.
 */
export class XmlReaders {
  readonly #rules: TextRules;
  readonly #structures = new Map<StructureShape, XmlStructureReader>();

  constructor(rules: TextRules) {
    this.#rules = rules;
  }

  /** Reads the members that `include` selects, all of them by default. */
  structure(shape: StructureShape, include?: (member: Member) => boolean): XmlStructureReader {
    if (include !== undefined) return this.#compile(shape.members.filter(include));
    const known = this.#structures.get(shape);
    if (known !== undefined) return known;
    // Registered before it is compiled: a recursive shape finds this and calls through it later.
    let compiled: XmlStructureReader | undefined;
    const reader: XmlStructureReader = (element) => {
      compiled ??= this.#compile(shape.members);
      return compiled(element);
    };
    this.#structures.set(shape, reader);
    return reader;
  }

  #compile(members: readonly Member[]): XmlStructureReader {
    const attributes = members.filter(({ traits }) => traits.xmlAttribute);
    const readAttributes = attributes.map((member) => this.#attribute(member));
    const elements = new Map(
      members
        .filter(({ traits }) => !traits.xmlAttribute)
        .map((member) => [member.traits.xmlName ?? member.name, this.#element(member)]),
    );
    return (element) => {
      const value: Record<string, unknown> = {};
      for (const read of readAttributes) read(element, value);
      const found = new Map<ElementMember, XmlElement[]>();
      for (const child of element.children) {
        const member = elements.get(child.name);
        if (member === undefined) throw malformedXml();
        const others = found.get(member);
        if (others === undefined) found.set(member, [child]);
        else others.push(child);
      }
      for (const [{ name, read }, children] of found) value[name] = read(children);
      return value;
    };
  }

  #attribute({ name, target, traits }: Member) {
    const wireName = traits.xmlName ?? name;
    const read = compileTextReader(target, name, this.#rules);
    return (parent: XmlElement, into: Record<string, unknown>): void => {
      const text = parent.attributes.get(wireName);
      if (text !== undefined) into[name] = read(text);
    };
  }

  #element({ name, target, traits }: Member): ElementMember {
    if (traits.xmlFlattened && (target.kind === "list" || target.kind === "map")) {
      const read = target.kind === "list" ? this.#items(target) : this.#entries(target);
      return { name, read };
    }
    const read = this.value(target, name);
    return { name, read: (elements) => read(onlyOne(elements)) };
  }

  value(shape: Shape, name: string): XmlReader {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.structure(shape);
      case "list": {
        const itemName = shape.member.traits.xmlName ?? "member";
        const readAll = this.#items(shape);
        return (element) => readAll(allNamed(itemName, element));
      }
      case "map": {
        const readAll = this.#entries(shape);
        return (element) => readAll(allNamed("entry", element));
      }
      default: {
        const read = compileTextReader(shape, name, this.#rules);
        return ({ children, text }) => {
          if (children.length > 0) throw malformedXml();
          return read(text);
        };
      }
    }
  }

  #items(shape: ListShape): (items: readonly XmlElement[]) => unknown[] {
    const read = this.value(shape.member.target, shape.name);
    return (items) => items.map(read);
  }

  #entries(shape: MapShape): (entries: readonly XmlElement[]) => Record<string, unknown> {
    const keyName = shape.key.traits.xmlName ?? "key";
    const valueName = shape.value.traits.xmlName ?? "value";
    const readKey = this.value(shape.key.target, shape.name);
    const readValue = this.value(shape.value.target, shape.name);
    return (entries) => {
      const map: Record<string, unknown> = {};
      for (const entry of entries) {
        const keys = entry.children.filter(({ name }) => name === keyName);
        const values = entry.children.filter(({ name }) => name === valueName);
        if (entry.children.length !== 2) throw malformedXml();
        const text = readKey(onlyOne(keys));
        assert(typeof text === "string", "a map's key isn't a string");
        setOwn(map, text, readValue(onlyOne(values)));
      }
      return map;
    };
  }
}

function allNamed(name: string, { children }: XmlElement): readonly XmlElement[] {
  if (children.some((child) => child.name !== name)) throw malformedXml();
  return children;
}

function onlyOne([first, ...more]: readonly XmlElement[]): XmlElement {
  if (first === undefined || more.length > 0) throw malformedXml();
  return first;
}
