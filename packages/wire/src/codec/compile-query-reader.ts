import { MAX_LIST_INDEX, MAX_QUERY_KEY_DEPTH } from "../limits.ts";
import type { ParsedForm } from "../query.ts";
import type { ListShape, MapShape, Member, Shape, StructureShape } from "../schema/shape.ts";
import { WireError } from "../wire-error.ts";
import { setOwn } from "./own-property.ts";
import { compileTextReader, type TextRules } from "./scalar-text.ts";

/** An awsQuery form as the tree that its dotted keys describe. */
export interface FormNode {
  value: string | undefined;
  /** Undefined for a leaf, as most nodes are. */
  children: Map<string, FormNode> | undefined;
}

export type QueryReader = (node: FormNode) => unknown;
export type QueryStructureReader = (node: FormNode) => Record<string, unknown>;

/** `Tags.member.1.Key=a` becomes the leaf Tags → member → 1 → Key. */
export function formTree(form: ParsedForm): FormNode {
  const root = emptyNode();
  for (const [key, value] of form.entries) {
    const segments = key.split(".", MAX_QUERY_KEY_DEPTH + 1);
    if (segments.length > MAX_QUERY_KEY_DEPTH) {
      throw new WireError("MalformedQueryString", "A parameter's name is nested too deeply.");
    }
    let node = root;
    for (const segment of segments) {
      node.children ??= new Map();
      let child = node.children.get(segment);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(segment, child);
      }
      node = child;
    }
    node.value ??= value;
  }
  return root;
}

function emptyNode(): FormNode {
  return { value: undefined, children: undefined };
}

/** Compiles shapes into functions that read them from a form's tree. */
export class QueryReaders {
  readonly #rules: TextRules;
  readonly #structures = new Map<StructureShape, QueryStructureReader>();

  constructor(rules: TextRules) {
    this.#rules = rules;
  }

  structure(shape: StructureShape): QueryStructureReader {
    const known = this.#structures.get(shape);
    if (known !== undefined) return known;
    // Registered before it is compiled: a recursive shape finds this and calls through it later.
    let compiled: QueryStructureReader | undefined;
    const reader: QueryStructureReader = (node) => {
      compiled ??= this.#compile(shape.members);
      return compiled(node);
    };
    this.#structures.set(shape, reader);
    return reader;
  }

  #compile(members: readonly Member[]): QueryStructureReader {
    const readers = members.map((member) => ({
      name: member.name,
      wireName: member.traits.xmlName ?? member.name,
      read: this.#value(member.target, member.name, member.traits.xmlFlattened ?? false),
    }));
    return (node) => {
      const value: Record<string, unknown> = {};
      for (const { name, wireName, read } of readers) {
        const child = node.children?.get(wireName);
        if (child === undefined) continue;
        const item = read(child);
        if (item !== undefined) value[name] = item;
      }
      return value;
    };
  }

  #value(shape: Shape, name: string, flattened: boolean): QueryReader {
    switch (shape.kind) {
      case "structure":
      case "union":
        return this.structure(shape);
      case "list":
        return this.#list(shape, name, flattened);
      case "map":
        return this.#map(shape, name, flattened);
      default: {
        const read = compileTextReader(shape, name, this.#rules);
        return (node) => (node.value === undefined ? undefined : read(node.value));
      }
    }
  }

  #list(shape: ListShape, name: string, flattened: boolean): QueryReader {
    const container = flattened ? undefined : (shape.member.traits.xmlName ?? "member");
    const read = this.#value(shape.member.target, name, false);
    return (node) => {
      const items = this.#numbered(node, container, name);
      return items.map(read).filter((item) => item !== undefined);
    };
  }

  #map(shape: MapShape, name: string, flattened: boolean): QueryReader {
    const keyName = shape.key.traits.xmlName ?? "key";
    const valueName = shape.value.traits.xmlName ?? "value";
    const read = this.#value(shape.value.target, name, false);
    return (node) => {
      const map: Record<string, unknown> = {};
      for (const entry of this.#numbered(node, flattened ? undefined : "entry", name)) {
        const key = entry.children?.get(keyName)?.value;
        const valueNode = entry.children?.get(valueName);
        if (key === undefined || valueNode === undefined) continue;
        const value = read(valueNode);
        if (value !== undefined) setOwn(map, key, value);
      }
      return map;
    };
  }

  /** The items of `Name.container.N` in the order of N, from 1; gaps are closed. */
  #numbered(node: FormNode, container: string | undefined, name: string): FormNode[] {
    const holder = container === undefined ? node : node.children?.get(container);
    if (holder?.children === undefined) return [];
    const items: { index: number; item: FormNode }[] = [];
    for (const [segment, item] of holder.children) {
      const index = /^\d{1,9}$/.test(segment) ? Number(segment) : Number.NaN;
      if (!(index >= 1 && index <= MAX_LIST_INDEX)) {
        throw new WireError(
          this.#rules.malformedCode,
          `Value at '${name}' has a malformed list index.`,
        );
      }
      items.push({ index, item });
    }
    return items.sort((a, b) => a.index - b.index).map(({ item }) => item);
  }
}
