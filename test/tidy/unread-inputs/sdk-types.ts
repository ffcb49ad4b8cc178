import {
  type Checker,
  type Symbol as Declared,
  type Type,
  TypeFlags,
} from "typescript/unstable/sync";

/** A member of a structure that the SDK declares. */
export interface Member {
  readonly name: string;
  readonly symbol: Declared;
  /** The places of its declarations: the same for all types that are made of the structure. */
  readonly declarations: readonly string[];
}

const PLAIN =
  TypeFlags.StringLike |
  TypeFlags.NumberLike |
  TypeFlags.BooleanLike |
  TypeFlags.Null |
  TypeFlags.Undefined |
  TypeFlags.Void |
  TypeFlags.Never;

/** Types without members: texts, numbers and the like. */
export function isPlain(type: Type): boolean {
  return (type.flags & PLAIN) !== 0;
}

/** Questions about types, each asked once: the compiler is another process. */
export class SdkTypes {
  readonly checker: Checker;
  readonly #properties = new Map<number, readonly Declared[]>();
  readonly #types = new Map<number, Type | undefined>();
  readonly #elements = new Map<number, Type | undefined>();
  readonly #members = new Map<number, readonly Member[]>();

  constructor(checker: Checker) {
    this.checker = checker;
  }

  propertiesOf(type: Type): readonly Declared[] {
    return remembered(this.#properties, type.id, () => this.checker.getPropertiesOfType(type));
  }

  typeOf(symbol: Declared): Type | undefined {
    return remembered(this.#types, symbol.id, () => this.checker.getTypeOfSymbol(symbol));
  }

  /** The type of an array's or a tuple's elements; undefined for other types. */
  elementOf(type: Type): Type | undefined {
    return remembered(this.#elements, type.id, () => {
      if (!type.isObjectType() || !this.checker.isArrayLikeType(type)) return undefined;
      const [element] = this.checker
        .getIndexInfosOfType(type)
        .filter(({ keyType }) => keyType.flags & TypeFlags.Number);
      return element?.valueType;
    });
  }

  /** The types of a tuple's items, in order. */
  itemsOf(tuple: Type): readonly (Type | undefined)[] {
    return this.propertiesOf(tuple)
      .filter(({ name }) => /^\d+$/.test(name))
      .map((item) => this.typeOf(item));
  }

  /** The parts of a union or intersection; any other type is its only part. */
  partsOf(type: Type): readonly Type[] {
    return type.isUnionType() || type.isIntersectionType() ? type.getTypes() : [type];
  }

  /**
   * The structures that a type is made of, through unions and lists; a type may be made of itself.
   */
  structuresOf(type: Type, above: readonly number[] = []): readonly Type[] {
    if (isPlain(type) || above.includes(type.id)) return [];
    const below = [...above, type.id];
    const parts = this.partsOf(type);
    if (parts.length !== 1 || parts[0] !== type)
      return parts.flatMap((part) => this.structuresOf(part, below));
    const element = this.elementOf(type);
    return element ? this.structuresOf(element, below) : [type];
  }

  /** The members of a structure that the SDK declares. */
  membersOf(structure: Type): readonly Member[] {
    return remembered(this.#members, structure.id, () =>
      this.propertiesOf(structure).flatMap((symbol) => memberOf(symbol) ?? []),
    );
  }

  /** Whether a type's members may have any names. */
  hasTextIndex(type: Type): boolean {
    return this.checker
      .getIndexInfosOfType(type)
      .some(({ keyType }) => (keyType.flags & TypeFlags.String) !== 0);
  }

  isOfSdk(type: Type): boolean {
    return this.structuresOf(type).some((structure) => this.membersOf(structure).length > 0);
  }
}

/** The member that a symbol is; undefined for what the SDK doesn't declare. */
export function memberOf(symbol: Declared): Member | undefined {
  const declarations = symbol.declarations
    .filter(({ path }) => path.includes("/@aws-sdk/client-"))
    .map(({ path, index }) => `${path}:${index}`);
  return declarations.length === 0 ? undefined : { name: symbol.name, symbol, declarations };
}

function remembered<V>(known: Map<number, V>, key: number, ask: () => V): V {
  if (!known.has(key)) known.set(key, ask());
  return known.get(key) as V;
}
