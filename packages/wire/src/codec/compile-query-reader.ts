import { MAX_LIST_GAP, MAX_QUERY_KEY_DEPTH } from "../limits.ts";
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
    const segments = key.includes(".") ? key.split(".", MAX_QUERY_KEY_DEPTH + 1) : [key];
    if (segments.length > MAX_QUERY_KEY_DEPTH) {
      throw new WireError("MalformedQueryString", "A parameter's name is nested too deeply.");
    }
    let node = root;
    let afterIndex = false;
    for (const written of segments) {
      const isIndex = INDEX.test(written);
      if (isIndex && afterIndex) throw malformed("Two index elements may not occur back to back");
      afterIndex = isIndex;
      // `01` and `1` are the same item.
      const segment = isIndex ? written.replace(/^0+(?=\d)/, "") : written;
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

const INDEX = /^\d+$/;
/** The value of an item that a list leaves out: an empty structure, or an empty text. */
const LEFT_OUT: FormNode = { value: "", children: undefined };

function malformed(message: string): WireError {
  return new WireError("MalformedInput", message);
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
    const { target } = shape.member;
    const read = this.#value(target, name, false);
    const nests = ["structure", "union", "list", "map"].includes(target.kind);
    return (node) =>
      numbered(node, container).map((item) => {
        if (!nests && item.value === undefined)
          throw malformed("Start of list found where not expected");
        return read(item);
      });
  }

  #map(shape: MapShape, name: string, flattened: boolean): QueryReader {
    const keyName = shape.key.traits.xmlName ?? "key";
    const valueName = shape.value.traits.xmlName ?? "value";
    const read = this.#value(shape.value.target, name, false);
    return (node) => {
      const map: Record<string, unknown> = {};
      for (const entry of numbered(node, flattened ? undefined : "entry")) {
        const key = entry.children?.get(keyName)?.value;
        const valueNode = entry.children?.get(valueName);
        if (key === undefined || valueNode === undefined) continue;
        const value = read(valueNode);
        if (value !== undefined) setOwn(map, key, value);
      }
      return map;
    };
  }
}

/**
 * The items of `Name.container.N` in the order of N, from 1. Those that are left out count; what
 * has no number is the only item.
 *
 * @throws MalformedInput for other numbers, and for more items left out in a row than AWS takes
 */
function numbered(node: FormNode, container: string | undefined): FormNode[] {
  const holder = container === undefined ? node : node.children?.get(container);
  if (holder?.children === undefined) return [];
  const segments = [...holder.children.keys()];
  const negative = segments.find((segment) => segment.startsWith("-"));
  if (negative !== undefined) throw malformed(`Key ${negative} may not have a leading '-'`);
  const wrong = segments.find((segment) => !INDEX.test(segment) || segment === "0");
  if (wrong !== undefined && segments.some((segment) => INDEX.test(segment)))
    throw malformed(`${wrong} is not a valid index`);
  if (wrong !== undefined) return [holder];
  const items: FormNode[] = [];
  for (const index of segments.map(Number).sort((a, b) => a - b)) {
    const gap = index - Math.max(items.length, 1);
    if (gap > MAX_LIST_GAP)
      throw malformed(`Excessively sparse input would skip ${gap} list elements`);
    while (items.length < index - 1) items.push(LEFT_OUT);
    items.push(holder.children.get(String(index)) ?? LEFT_OUT);
  }
  return items;
}
