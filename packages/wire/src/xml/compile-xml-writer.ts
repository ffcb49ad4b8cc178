import assert from "node:assert";
import { isRecord } from "../codec/own-property.ts";
import { compileTextWriter, type TextRules } from "../codec/scalar-text.ts";
import type { ListShape, MapShape, Member, Shape, StructureShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { escapeXml } from "./escape-xml.ts";

/** Writes a whole element, tags included. */
export type XmlWriter = (value: unknown) => string;

interface CompiledStructure {
  /** Text for the start tag, from members that are attributes and from namespaces. */
  readonly attributes: (value: Record<string, unknown>) => string;
  readonly content: (value: Record<string, unknown>) => string;
}

/** How documents differ from the model. */
export type DocumentOrder = Pick<ServiceDefinition, "leadingMembers" | "mixedLists" | "emptyLists">;

/**
 * An output's member for the items of its `mixedLists`, each with its list's name, in the
 * document's order. Left out, one list follows the other.
 */
export const MIXED_ITEMS = Symbol("mixed items");
export type MixedItems = readonly (readonly [list: string, item: unknown])[];

interface ElementWriter {
  readonly name: string;
  readonly write: XmlWriter;
  /** Stands for a member that isn't there. */
  readonly absent: string;
}

/** `members`, those of `leading` first and in its order. */
function inOrder(
  members: readonly Member[],
  leading: readonly string[] | undefined,
): readonly Member[] {
  if (!leading) return members;
  const first = leading.flatMap((name) => members.filter((member) => member.name === name));
  return [...first, ...members.filter(({ name }) => !leading.includes(name))];
}

/** Compiles shapes into functions that write them as XML; a structure is compiled once. */
export class XmlWriters {
  readonly #rules: TextRules;
  readonly #order: DocumentOrder;
  readonly #structures = new Map<StructureShape, CompiledStructure>();

  constructor(rules: TextRules, order: DocumentOrder = {}) {
    this.#rules = rules;
    this.#order = order;
  }

  /** The content of an element with these members, in the order of documents. */
  content({ name, members }: Pick<StructureShape, "name" | "members">): XmlWriter {
    const compiled = this.#compile(name, members);
    return (value) => {
      assert(isRecord(value), `structure ${name} isn't an object`);
      return compiled.content(value);
    };
  }

  /** An element of that name; `namespaces` is text for the start tag, such as ` xmlns="…"`. */
  element(name: string, shape: Shape, namespaces = ""): XmlWriter {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.#structureElement(name, shape, namespaces);
      case "list": {
        const items = this.#items(shape.member.traits.xmlName ?? "member", shape);
        return (value) => wrap(name, namespaces, items(value));
      }
      case "map": {
        const entries = this.#entries("entry", shape);
        return (value) => wrap(name, namespaces, entries(value));
      }
      default: {
        const write = compileTextWriter(shape, this.#rules);
        const open = `<${name}${namespaces}>`;
        const close = `</${name}>`;
        if (shape.kind === "number" || shape.kind === "boolean" || shape.kind === "timestamp") {
          return (value) => open + write(value) + close;
        }
        return (value) => open + escapeXml(write(value)) + close;
      }
    }
  }

  #structureElement(name: string, shape: StructureShape, namespaces: string): XmlWriter {
    const compiled = this.#structure(shape);
    return (value) => {
      assert(isRecord(value), `structure ${shape.name} at ${name} isn't an object`);
      return wrap(name, namespaces + compiled.attributes(value), compiled.content(value));
    };
  }

  #structure(shape: StructureShape): CompiledStructure {
    const known = this.#structures.get(shape);
    if (known !== undefined) return known;
    // Registered before it is compiled: a recursive shape finds this and calls through it later.
    const compile = () => this.#compile(shape.name, shape.members);
    let compiled: CompiledStructure | undefined;
    const lazy: CompiledStructure = {
      attributes: (value) => (compiled ??= compile()).attributes(value),
      content: (value) => (compiled ??= compile()).content(value),
    };
    this.#structures.set(shape, lazy);
    return lazy;
  }

  #compile(structure: string, members: readonly Member[]): CompiledStructure {
    const attributes: ElementWriter[] = [];
    const children: ElementWriter[] = [];
    for (const member of inOrder(members, this.#order.leadingMembers?.[structure])) {
      const { name, traits } = member;
      if (traits.xmlAttribute)
        attributes.push({ name, write: this.#attribute(member), absent: "" });
      else {
        const isEmpty = this.#order.emptyLists?.[structure]?.includes(name) ?? false;
        const absent = isEmpty ? wrap(traits.xmlName ?? name, "", "") : "";
        children.push({ name, write: this.#member(member), absent });
      }
    }
    const mixed = this.#order.mixedLists?.[structure];
    const content = mixed ? this.#mixedContent(children, members, mixed) : contentOf(children);
    return { attributes: contentOf(attributes), content };
  }

  #mixedContent(
    children: readonly ElementWriter[],
    members: readonly Member[],
    mixed: readonly string[],
  ): CompiledStructure["content"] {
    const items = new Map<string, XmlWriter>();
    for (const { name, target, traits } of members) {
      if (!mixed.includes(name)) continue;
      assert(target.kind === "list" && traits.xmlFlattened, `${name} isn't a flattened list`);
      items.set(name, this.element(traits.xmlName ?? name, target.member.target));
    }
    const at = children.findIndex(({ name }) => items.has(name));
    const before = contentOf(children.slice(0, at));
    const lists = contentOf(children.filter(({ name }) => items.has(name)));
    const after = contentOf(children.slice(at).filter(({ name }) => !items.has(name)));
    return (value) => {
      const order = (value as { readonly [MIXED_ITEMS]?: MixedItems })[MIXED_ITEMS];
      const middle = order?.map(([list, item]) => items.get(list)?.(item) ?? "").join("");
      return before(value) + (middle ?? lists(value)) + after(value);
    };
  }

  #attribute(member: Member): XmlWriter {
    const write = compileTextWriter(member.target, this.#rules);
    const name = member.traits.xmlName ?? member.name;
    return (value) => ` ${name}="${escapeXml(write(value))}"`;
  }

  #member(member: Member): XmlWriter {
    const { target, traits } = member;
    const name = traits.xmlName ?? member.name;
    if (traits.xmlFlattened && target.kind === "list") return this.#items(name, target);
    if (traits.xmlFlattened && target.kind === "map") return this.#entries(name, target);
    return this.element(
      name,
      target,
      namespaceAttribute(traits.xmlNamespace ?? target.traits.xmlNamespace),
    );
  }

  #items(itemName: string, shape: ListShape): XmlWriter {
    const write = this.element(itemName, shape.member.target);
    return (value) => {
      assert(Array.isArray(value), `list ${shape.name} at ${itemName} isn't an array`);
      let text = "";
      for (const item of value) if (item !== undefined && item !== null) text += write(item);
      return text;
    };
  }

  #entries(entryName: string, shape: MapShape): XmlWriter {
    const writeKey = this.element(shape.key.traits.xmlName ?? "key", shape.key.target);
    const writeValue = this.element(shape.value.traits.xmlName ?? "value", shape.value.target);
    return (value) => {
      assert(isRecord(value), `map ${shape.name} at ${entryName} isn't an object`);
      let text = "";
      for (const [key, item] of Object.entries(value)) {
        if (item === undefined || item === null) continue;
        text += wrap(entryName, "", writeKey(key) + writeValue(item));
      }
      return text;
    };
  }
}

function contentOf(writers: readonly ElementWriter[]): CompiledStructure["content"] {
  return (value) => {
    let text = "";
    for (const { name, write, absent } of writers) {
      const member = value[name];
      if (member !== undefined && member !== null) text += write(member);
      else if (absent !== "") text += absent;
    }
    return text;
  };
}

export function namespaceAttribute(
  namespace: readonly [prefix: string, uri: string] | undefined,
): string {
  if (namespace === undefined) return "";
  const [prefix, uri] = namespace;
  return prefix === "" ? ` xmlns="${escapeXml(uri)}"` : ` xmlns:${prefix}="${escapeXml(uri)}"`;
}

/** An element with its content, self-closing where it has none. */
export function wrap(name: string, attributes: string, content: string): string {
  return content === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}
