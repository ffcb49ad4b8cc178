import { jsonDepth } from "../../kernel/json-depth.ts";
import { MODEL_DEPTH_MAX, ModelBudget } from "./model-budget.ts";
import { PatchError } from "./patch-error.ts";

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/**
 * Applies a JSON Patch (RFC 6902) and returns the result; `document` stays as it is. Throws
 * PatchError for an operation that doesn't fit, or that takes too much: all are applied or none.
 */
export function applyPatch(document: unknown, operations: readonly Operation[]): unknown {
  const root = { "": new ModelBudget().copy(document) };
  const budget = new ModelBudget();
  for (const [index, operation] of operations.entries())
    try {
      apply(root, operation, budget);
    } catch (error) {
      if (!(error instanceof PatchError)) throw error;
      throw new PatchError(`[${index}] ${operation.op} ${operation.path}: ${error.message}`);
    }
  // Operations that move values into each other make a deep document of flat ones.
  return new ModelBudget().copy(root[""]);
}

/** Throws PatchError for a text that is no JSON Patch. */
export function operationsOf(patch: string): readonly Operation[] {
  if (jsonDepth(patch) > MODEL_DEPTH_MAX)
    throw new PatchError("The patch document is nested too deep.");
  let parsed: unknown;
  try {
    parsed = JSON.parse(patch);
  } catch {
    throw new PatchError("The patch document isn't JSON.");
  }
  const isPatch =
    Array.isArray(parsed) &&
    parsed.every(
      (each: Partial<Operation> | null) =>
        typeof each?.op === "string" && typeof each.path === "string",
    );
  if (!isPatch) throw new PatchError("The patch document isn't a list of operations.");
  return parsed as readonly Operation[];
}

type Root = Record<string, unknown>;

/** Puts the outcome of one operation in its place. */
function apply(root: Root, operation: Operation, budget: ModelBudget): void {
  const path = tokensOf(operation.path);
  switch (operation.op) {
    case "add":
      insert(root, path, givenValue(operation), budget);
      break;
    case "remove":
      remove(root, path, budget);
      break;
    case "replace":
      remove(root, path, budget);
      insert(root, path, givenValue(operation), budget);
      break;
    case "move": {
      const from = sourceOf(operation, path);
      insert(root, path, remove(root, from, budget), budget);
      break;
    }
    case "copy": {
      const from = sourceOf(operation, path);
      insert(root, path, budget.copy(find(root, from)), budget);
      break;
    }
    case "test":
      if (!budget.isEqual(find(root, path), givenValue(operation)))
        throw new PatchError("the value differs");
      break;
    default:
      throw new PatchError("there is no such operation");
  }
}

function givenValue(operation: Operation): unknown {
  if (!("value" in operation)) throw new PatchError("'value' is missing");
  return operation.value;
}

/** The path of what is moved or copied to `path`, which may not lie in it. */
function sourceOf({ op, from }: Operation, path: readonly string[]): readonly string[] {
  if (typeof from !== "string") throw new PatchError("'from' is missing");
  const tokens = tokensOf(from);
  if (tokens.length < path.length && tokens.every((token, index) => token === path[index]))
    throw new PatchError(`a value can't ${op} into itself`);
  return tokens;
}

/** A JSON pointer's (RFC 6901) parts, the document's own name first. */
export function tokensOf(pointer: string): readonly string[] {
  if (pointer !== "" && !pointer.startsWith("/"))
    throw new PatchError("a path begins with a slash");
  return pointer.split("/").map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The container of a path's last part. */
function containerOf(root: Root, path: readonly string[]): Root | unknown[] {
  const container = path.slice(0, -1).reduce<unknown>(child, root);
  if (Array.isArray(container)) return container as unknown[];
  if (typeof container === "object" && container !== null) return container as Root;
  throw new PatchError("the path leads nowhere");
}

function child(container: unknown, token: string): unknown {
  if (Array.isArray(container)) return container[indexIn(container, token, container.length - 1)];
  if (typeof container === "object" && container !== null && Object.hasOwn(container, token))
    return (container as Root)[token];
  throw new PatchError("the path leads nowhere");
}

function indexIn(list: readonly unknown[], token: string, max: number): number {
  if (token === "-") return list.length;
  const index = /^(?:0|[1-9]\d*)$/.test(token) ? Number(token) : Number.NaN;
  if (!(index <= max)) throw new PatchError("the list has no such place");
  return index;
}

function find(root: Root, path: readonly string[]): unknown {
  return path.reduce<unknown>(child, root);
}

function insert(root: Root, path: readonly string[], value: unknown, budget: ModelBudget): void {
  const container = containerOf(root, path);
  const token = path.at(-1) ?? "";
  if (Array.isArray(container)) {
    const index = indexIn(container, token, container.length);
    budget.moveItems(container.length - index);
    container.splice(index, 0, value);
  } else
    Object.defineProperty(container, token, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
}

function remove(root: Root, path: readonly string[], budget: ModelBudget): unknown {
  const container = containerOf(root, path);
  const token = path.at(-1) ?? "";
  const value = child(container, token);
  if (Array.isArray(container)) {
    if (token === "-") throw new PatchError("the list has no such place");
    budget.moveItems(container.length - Number(token));
    container.splice(Number(token), 1);
  } else delete container[token];
  return value;
}
