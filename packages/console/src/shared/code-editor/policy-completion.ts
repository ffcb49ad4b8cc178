import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/json";

/** AWS's actions and condition keys, as far as the editor knows them. */
export interface PolicyWords {
  /** A service's actions, without its prefix. */
  readonly actions: Readonly<Record<string, readonly string[]>>;
  /** A service's own condition keys, with its prefix. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly globalKeys: readonly string[];
}

export interface PolicyCompletion {
  /** The offsets of the text to replace: what stands between the quotes. */
  readonly from: number;
  readonly to: number;
  readonly options: readonly string[];
}

const ELEMENTS = ["Version", "Id", "Statement"];
const STATEMENT = [
  ...["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"],
  ...["Resource", "NotResource", "Condition"],
];
const PRINCIPALS = ["AWS", "Service", "Federated", "CanonicalUser"];
const COMPARED = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan"];
/** Source: IAM User Guide, "IAM JSON policy elements: Condition operators". */
const OPERATORS = [
  ...["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
  ...["StringLike", "StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
  ...[...COMPARED, "GreaterThanEquals"].map((name) => `Numeric${name}`),
  ...[...COMPARED, "GreaterThanEquals"].map((name) => `Date${name}`),
  ...["Bool", "BinaryEquals", "IpAddress", "NotIpAddress"],
];
const ALL_OPERATORS = [
  ...OPERATORS,
  "Null",
  ...OPERATORS.map((name) => `${name}IfExists`),
  ...OPERATORS.flatMap((name) => [`ForAnyValue:${name}`, `ForAllValues:${name}`]),
];

/** The words that fit where the cursor stands inside quotes; undefined anywhere else. */
export function completePolicy(
  text: string,
  offset: number,
  words: PolicyWords,
): PolicyCompletion | undefined {
  const node = parser.parse(text).resolveInner(offset, -1);
  if (node.name !== "String" && node.name !== "PropertyName") return undefined;
  const isClosed = text[node.to - 1] === '"' && node.to - node.from > 1;
  const [from, to] = [node.from + 1, isClosed ? node.to - 1 : node.to];
  if (offset < from || offset > to) return undefined;
  const path = pathTo(node, text);
  const options =
    node.name === "PropertyName" ? names(path, node, text, words) : values(path, words);
  return options.length === 0 ? undefined : { from, to, options };
}

/** The names of the properties around a node, the outermost first; arrays have none. */
function pathTo(node: SyntaxNode, text: string): readonly string[] {
  const path: string[] = [];
  // A property's name isn't below itself.
  let at = node.name === "PropertyName" ? node.parent?.parent : node.parent;
  for (; at; at = at.parent) {
    if (at.name === "Property") path.unshift(nameOf(at, text));
  }
  return path;
}

function nameOf(property: SyntaxNode, text: string): string {
  const name = property.getChild("PropertyName");
  return name ? text.slice(name.from + 1, name.to - 1) : "";
}

function names(
  path: readonly string[],
  node: SyntaxNode,
  text: string,
  words: PolicyWords,
): readonly string[] {
  const [first, second, ...deeper] = path;
  if (first === undefined) return ELEMENTS;
  if (first !== "Statement") return [];
  if (second === undefined) return STATEMENT;
  if (/^(?:Not)?Principal$/.test(second)) return PRINCIPALS;
  if (second !== "Condition") return [];
  if (deeper.length === 0) return ALL_OPERATORS;
  return deeper.length === 1 ? conditionKeys(servicesAround(node, text), words) : [];
}

function values(path: readonly string[], words: PolicyWords): readonly string[] {
  const [first, second, third] = path;
  if (first === "Version") return ["2012-10-17"];
  if (first !== "Statement" || third !== undefined) return [];
  if (second === "Effect") return ["Allow", "Deny"];
  if (second !== "Action" && second !== "NotAction") return [];
  return Object.entries(words.actions).flatMap(([service, actions]) => [
    `${service}:*`,
    ...actions.map((action) => `${service}:${action}`),
  ]);
}

/** The services whose actions the statement around a node names. */
function servicesAround(node: SyntaxNode, text: string): ReadonlySet<string> {
  const services = new Set<string>();
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    if (at.name !== "Object") continue;
    for (const property of at.getChildren("Property")) {
      if (!/^(?:Not)?Action$/.test(nameOf(property, text))) continue;
      const named = text.slice(property.from, property.to).matchAll(/"([\w-]+):/g);
      for (const [, service = ""] of named) services.add(service.toLowerCase());
    }
  }
  return services;
}

/** Keys of the services that the statement is about, or of all when it names none. */
function conditionKeys(services: ReadonlySet<string>, words: PolicyWords): readonly string[] {
  const own = Object.entries(words.keys)
    .filter(([service]) => services.size === 0 || services.has(service))
    .flatMap(([, keys]) => keys);
  return [...own, ...words.globalKeys];
}
