import { stringify } from "yaml";
import { type Expression, type Node, parseTemplate } from "./parse-template.ts";

type Scope = { readonly dot: unknown; readonly variables: Map<string, unknown> };
type Fn = (...args: never[]) => unknown;

/** Go's truth: zero, empty and nil are false. */
function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

const text = (value: unknown) => (value === undefined || value === null ? "" : String(value));
const indented = (count: number, of: string) => of.replaceAll(/^/gm, " ".repeat(count));

/** The functions of Go and Sprig that charts here use, as Helm's documentation has them. */
const FUNCTIONS: Readonly<Record<string, Fn>> = {
  and: (...values: unknown[]) => values.find((value) => !isTrue(value)) ?? values.at(-1),
  or: (...values: unknown[]) => values.find(isTrue) ?? values.at(-1),
  not: (value: unknown) => !isTrue(value),
  eq: (one: unknown, ...others: unknown[]) => others.some((other) => one === other),
  ne: (one: unknown, other: unknown) => one !== other,
  gt: (one: number, other: number) => one > other,
  contains: (part: string, whole: string) => whole.includes(part),
  default: (other: unknown, value: unknown) => (isTrue(value) ? value : other),
  fail: (message: string) => {
    throw new Error(message);
  },
  indent: (count: number, of: string) => indented(count, of),
  int: (value: unknown) => Math.trunc(Number(value)),
  add: (...values: unknown[]) =>
    values.reduce<number>((sum, value) => sum + Math.trunc(Number(value)), 0),
  join: (by: string, list: readonly unknown[]) => list.map(text).join(by),
  nindent: (count: number, of: string) => `\n${indented(count, of)}`,
  printf: (format: string, ...values: unknown[]) => {
    let at = 0;
    return format.replaceAll("%s", () => text(values[at++]));
  },
  quote: (value: unknown) => JSON.stringify(text(value)),
  replace: (from: string, to: string, of: string) => of.replaceAll(from, to),
  toYaml: (value: unknown) => stringify(value).trimEnd(),
  trimSuffix: (suffix: string, of: string) =>
    suffix !== "" && of.endsWith(suffix) ? of.slice(0, -suffix.length) : of,
  trunc: (count: number, of: string) => of.slice(0, count),
};

export interface Release {
  readonly Values: unknown;
  readonly Chart: Readonly<Record<string, unknown>>;
  readonly Release: Readonly<Record<string, unknown>>;
}

/** Renders a chart's templates, named as their files: those that begin with `_` only define. */
export function renderChart(
  templates: Readonly<Record<string, string>>,
  release: Release,
): Readonly<Record<string, string>> {
  const defined = new Map<string, readonly Node[]>();
  const parsed = Object.entries(templates).map(([name, source]) => {
    const { nodes, defined: more } = parseTemplate(source);
    for (const [defines, body] of more) defined.set(defines, body);
    return [name, nodes] as const;
  });

  const run = (nodes: readonly Node[], scope: Scope): string =>
    nodes.map((node) => print(node, scope)).join("");

  const within = (scope: Scope, dot: unknown): Scope => ({
    dot,
    variables: new Map(scope.variables),
  });

  function print(node: Node, scope: Scope): string {
    switch (node.kind) {
      case "text":
        return node.text;
      case "print":
        return text(evaluate(node.value, scope));
      case "let":
        scope.variables.set(node.name, evaluate(node.value, scope));
        return "";
      case "if":
      case "with": {
        const value = evaluate(node.value, scope);
        const dot = node.kind === "with" && isTrue(value) ? value : scope.dot;
        return run(isTrue(value) ? node.then : node.otherwise, within(scope, dot));
      }
      case "range": {
        const value = evaluate(node.value, scope);
        if (!isTrue(value)) return run(node.otherwise, within(scope, scope.dot));
        const entries = Object.entries(value as object);
        // Go walks maps by their sorted keys.
        if (!Array.isArray(value)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
        return entries.map(([key, one]) => run(node.then, ranged(node.names, key, one))).join("");
      }
      default:
        return node satisfies never;
    }

    function ranged(names: readonly string[], key: string, value: unknown): Scope {
      const inner = within(scope, value);
      const values = names.length === 2 ? [key, value] : [value];
      for (const [index, name] of names.entries()) inner.variables.set(name, values[index]);
      return inner;
    }
  }

  function evaluate(expression: Expression, scope: Scope): unknown {
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "dot":
        return scope.dot;
      case "variable": {
        if (scope.variables.has(expression.name)) return scope.variables.get(expression.name);
        throw new Error(`No variable ${expression.name}`);
      }
      case "field":
        return expression.path.reduce(member, evaluate(expression.of, scope));
      case "call": {
        const args = expression.args.map((arg) => evaluate(arg, scope));
        if (expression.name !== "include") return call(expression.name, args);
        const body = defined.get(text(args[0]));
        if (!body) throw new Error(`No template ${text(args[0])}`);
        return run(body, { dot: args[1], variables: new Map([["$", args[1]]]) });
      }
      default:
        return expression satisfies never;
    }
  }

  const scope = () => ({ dot: release, variables: new Map<string, unknown>([["$", release]]) });
  return Object.fromEntries(
    parsed
      .filter(([name]) => !name.startsWith("_"))
      .map(([name, nodes]) => [name, run(nodes, scope())]),
  );
}

/** A value that isn't there is one that values.yaml forgot: Helm would render it as nothing. */
function member(of: unknown, name: string): unknown {
  if (typeof of === "object" && of !== null && Object.hasOwn(of, name))
    return (of as Readonly<Record<string, unknown>>)[name];
  throw new Error(`There is no ${name} here`);
}

function call(name: string, args: readonly unknown[]): unknown {
  const found = FUNCTIONS[name];
  if (!found) throw new Error(`The function ${name} isn't known`);
  return found(...(args as never[]));
}
