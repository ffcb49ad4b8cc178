import { matchesActionPattern } from "@rolecast/policy";

interface GrantStatement {
  readonly Effect?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
}

/**
 * True if a policy allows any action of a service (`s3`), whatever its resources and conditions.
 */
export function grantsService(text: string, service: string): boolean {
  const namespace = service.toLowerCase();
  return statementsOf(text).some((statement) => {
    if (statement?.Effect !== "Allow") return false;
    if (statement.Action !== undefined)
      return textsIn(statement.Action).some((pattern) => isOfService(pattern, namespace));
    // It grants all other actions: some of the service's, unless a pattern covers every one.
    return !textsIn(statement.NotAction).some((pattern) => coversService(pattern, namespace));
  });
}

/** True if a policy denies all actions of a service, on everything and always. */
export function deniesService(text: string, service: string): boolean {
  const namespace = service.toLowerCase();
  return statementsOf(text).some(
    ({ Effect, Action, NotAction, Resource, Condition }) =>
      Effect === "Deny" &&
      Condition === undefined &&
      textsIn(Resource).includes("*") &&
      (Action === undefined
        ? !textsIn(NotAction).some((pattern) => isOfService(pattern, namespace))
        : textsIn(Action).some((pattern) => coversService(pattern, namespace))),
  );
}

/** The namespaces that a policy's Allow statements name. */
export function namedServices(text: string): readonly string[] {
  return statementsOf(text)
    .filter((statement) => statement?.Effect === "Allow")
    .flatMap((statement) => textsIn(statement.Action))
    .flatMap((pattern) => /^([\w-]+):/.exec(pattern)?.[1]?.toLowerCase() ?? []);
}

function statementsOf(text: string): readonly GrantStatement[] {
  const { Statement } = JSON.parse(text) as { readonly Statement?: unknown };
  return (Array.isArray(Statement) ? Statement : [Statement]) as GrantStatement[];
}

function isOfService(pattern: string, namespace: string): boolean {
  return pattern === "*" || pattern.toLowerCase().startsWith(`${namespace}:`);
}

/** No action is named so; a pattern that covers it is taken to cover all of the service. */
const SOME_ACTION = "Zzzzzzzzzz0";

function coversService(pattern: string, namespace: string): boolean {
  return matchesActionPattern(pattern, `${namespace}:${SOME_ACTION}`);
}

function textsIn(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((each) => typeof each === "string");
}
