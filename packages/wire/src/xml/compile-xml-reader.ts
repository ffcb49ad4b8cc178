import assert from "node:assert";
import { setOwn } from "../codec/own-property.ts";
import { compileTextReader, type TextRules } from "../codec/scalar-text.ts";
import type { ListShape, MapShape, Member, Shape, StructureShape } from "../schema/shape.ts";
import type { XmlElement } from "./parse-xml.ts";

export type XmlReader = (element: XmlElement) => unknown;
export type XmlStructureReader = (element: XmlElement) => Record<string, unknown>;
/** Sets one member of a structure from that structure's element. */
type MemberReader = (parent: XmlElement, into: Record<string, unknown>) => void;

/** Compiles shapes into functions that read them from parsed XML; a shape is compiled once. */
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
    const readers = members.map((member) => this.#member(member));
    return (element) => {
      const value: Record<string, unknown> = {};
      for (const read of readers) read(element, value);
      return value;
    };
  }

  #member(member: Member): MemberReader {
    const { name, target, traits } = member;
    const wireName = traits.xmlName ?? name;
    if (traits.xmlAttribute) {
      const read = compileTextReader(target, name, this.#rules);
      return (parent, into) => {
        const text = parent.attributes.get(wireName);
        if (text !== undefined) into[name] = read(text);
      };
    }
    if (traits.xmlFlattened && (target.kind === "list" || target.kind === "map")) {
      return this.#flattened(name, wireName, target);
    }
    const read = this.value(target, name);
    return (parent, into) => {
      const child = firstChild(parent, wireName);
      if (child !== undefined) into[name] = read(child);
    };
  }

  #flattened(name: string, wireName: string, target: ListShape | MapShape): MemberReader {
    const readAll = target.kind === "list" ? this.#items(target) : this.#entries(target);
    return (parent, into) => {
      const children = parent.children.filter((child) => child.name === wireName);
      if (children.length > 0) into[name] = readAll(children);
    };
  }

  value(shape: Shape, name: string): XmlReader {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.structure(shape);
      case "list": {
        const itemName = shape.member.traits.xmlName ?? "member";
        const readAll = this.#items(shape);
        return (element) => readAll(element.children.filter((child) => child.name === itemName));
      }
      case "map": {
        const readAll = this.#entries(shape);
        return (element) => readAll(element.children.filter((child) => child.name === "entry"));
      }
      default: {
        const read = compileTextReader(shape, name, this.#rules);
        return (element) => read(element.text);
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
        const key = firstChild(entry, keyName);
        const value = firstChild(entry, valueName);
        if (key === undefined || value === undefined) continue;
        const text = readKey(key);
        assert(typeof text === "string", "a map's key isn't a string");
        setOwn(map, text, readValue(value));
      }
      return map;
    };
  }
}

function firstChild(parent: XmlElement, name: string): XmlElement | undefined {
  for (const child of parent.children) if (child.name === name) return child;
  return undefined;
}
