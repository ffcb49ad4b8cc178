import { type Symbol as Declared, type Type, TypeFlags } from "typescript/unstable/sync";
import { memberOf, type SdkTypes } from "./sdk-types.ts";

/** A value of such a type may be read in any way. */
const WHOLE = TypeFlags.Any | TypeFlags.Unknown | TypeFlags.NonPrimitive;
/** Structures nest less deeply. */
const DEPTH_MAX = 8;

interface ParameterFlows {
  readonly sources: readonly Type[];
  readonly isWhole: boolean;
}

/**
 * The members of the SDK's structures that are read: taken out of a value, or of what it was handed
 * on as. A function whose parameter has a type of ours reads the members of that type (that each
 * of them is read is a rule of its own); one that takes anything reads all.
 */
export class Reads {
  readonly #types: SdkTypes;
  readonly #inputs: ReadonlySet<string>;
  readonly #read = new Set<string>();
  /** Members of other structures as which a member is handed on: it is read if one of them is. */
  readonly #aliases = new Map<string, Set<string>>();
  readonly #flows = new Set<string>();
  readonly #wholes = new Set<string>();
  readonly #parameters = new Map<number, ParameterFlows>();

  /**
   * @param inputs - declarations of operations' own members: whoever passes an input on as a whole
   *   calls the operation, and reads nothing of it
   */
  constructor(types: SdkTypes, inputs: ReadonlySet<string>) {
    this.#types = types;
    this.#inputs = inputs;
  }

  includes(declarations: readonly string[]): boolean {
    const reached = new Set(declarations);
    for (const declaration of reached) {
      if (this.#read.has(declaration)) return true;
      for (const alias of this.#aliases.get(declaration) ?? []) reached.add(alias);
    }
    return false;
  }

  add(member: Declared | undefined): void {
    for (const declaration of (member && memberOf(member)?.declarations) ?? [])
      this.#read.add(declaration);
  }

  addNamed(type: Type, name: string): void {
    for (const structure of this.#types.structuresOf(type))
      this.add(this.#types.propertiesOf(structure).find((property) => property.name === name));
  }

  /** @param byName - members are looked up by computed names, an input's own too */
  addWhole(type: Type, byName = false): void {
    for (const structure of this.#types.structuresOf(type)) {
      const key = `${structure.id} ${byName}`;
      if (this.#wholes.has(key)) continue;
      this.#wholes.add(key);
      for (const { symbol, declarations } of this.#types.membersOf(structure)) {
        const isInput = declarations.some((declaration) => this.#inputs.has(declaration));
        if (isInput && !byName) continue;
        this.add(symbol);
        const held = this.#types.typeOf(symbol);
        if (held) this.addWhole(held);
      }
    }
  }

  /** Notes that a value is handed on as one of another type. */
  addFlow(from: Type, to: Type, depth = 0): void {
    const key = `${from.id} ${to.id}`;
    if (from.id === to.id || depth > DEPTH_MAX || this.#flows.has(key)) return;
    this.#flows.add(key);
    if (from.isTypeParameter()) {
      if (to.flags & WHOLE) this.#addWholeParameter(from);
      return;
    }
    for (const source of this.#types.structuresOf(from)) {
      const targets = this.#types.partsOf(to).flatMap((part) => this.#types.structuresOf(part));
      for (const target of targets) this.#flowInto(source, target, depth);
    }
  }

  #flowInto(source: Type, target: Type, depth: number): void {
    const types = this.#types;
    if (target.flags & WHOLE) this.addWhole(source);
    else if (target.isTypeParameter()) this.#flowIntoParameter(source, target, depth);
    else if (types.hasTextIndex(target)) this.addWhole(source, true);
    else if (source.id !== target.id && target.isObjectType())
      this.#flowIntoMembers(source, target, depth);
  }

  #flowIntoMembers(source: Type, target: Type, depth: number): void {
    const types = this.#types;
    const wanted = new Map(types.propertiesOf(target).map((property) => [property.name, property]));
    for (const given of types.propertiesOf(source)) {
      const asked = wanted.get(given.name);
      if (!asked) continue;
      this.#addAlias(given, asked);
      const [held, into] = [types.typeOf(given), types.typeOf(asked)];
      if (held && into && types.isOfSdk(held)) this.addFlow(held, into, depth + 1);
    }
  }

  /** A type parameter says by its constraint what is read, or hands its values on as wholes. */
  #flowIntoParameter(source: Type, parameter: Type, depth: number): void {
    const { sources = [], isWhole = false } = this.#parameters.get(parameter.id) ?? {};
    this.#parameters.set(parameter.id, { sources: [...sources, source], isWhole });
    if (isWhole) this.addWhole(source);
    const constraint = this.#types.checker.getBaseConstraintOfType(parameter);
    if (constraint && !(constraint.flags & WHOLE)) this.addFlow(source, constraint, depth + 1);
  }

  #addWholeParameter(parameter: Type): void {
    const { sources } = this.#parameters.get(parameter.id) ?? { sources: [] };
    this.#parameters.set(parameter.id, { sources, isWhole: true });
    for (const source of sources) this.addWhole(source);
  }

  #addAlias(given: Declared, asked: Declared): void {
    const aliases = memberOf(asked)?.declarations;
    if (!aliases) this.add(given);
    else
      for (const declaration of memberOf(given)?.declarations ?? []) {
        const known = this.#aliases.get(declaration) ?? new Set();
        this.#aliases.set(declaration, new Set([...known, ...aliases]));
      }
  }
}
