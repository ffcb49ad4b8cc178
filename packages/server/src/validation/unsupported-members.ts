import { AwsError } from "../kernel/aws-error.ts";
import type { ServiceConstraints } from "../kernel/constraints.ts";

type Path = readonly string[];

const NONE: readonly Path[] = [];
const known = new WeakMap<ServiceConstraints, ReadonlyMap<string, readonly Path[]>>();

/** Refuses a request that has a member which nothing here honours. @throws NotImplemented */
export function refuseUnsupportedMembers(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  constraints: ServiceConstraints,
): void {
  for (const path of pathsOf(constraints, operation))
    if (isGiven(input, path))
      throw new AwsError(
        "NotImplemented",
        `Rolecast doesn't implement ${path.join(".")} of ${operation}.`,
        { status: 501 },
      );
}

/** An empty list asks for nothing. */
function isGiven(value: unknown, path: Path, from = 0): boolean {
  if (value === undefined || value === null) return false;
  const member = path[from];
  if (Array.isArray(value))
    return member === undefined
      ? value.length > 0
      : value.some((item) => isGiven(item, path, from));
  if (member === undefined) return true;
  return isGiven((value as Readonly<Record<string, unknown>>)[member], path, from + 1);
}

function pathsOf(constraints: ServiceConstraints, operation: string): readonly Path[] {
  const byOperation = known.get(constraints) ?? pathsByOperation(constraints);
  known.set(constraints, byOperation);
  return byOperation.get(operation) ?? NONE;
}

function pathsByOperation({ unsupported = [] }: ServiceConstraints) {
  const paths = new Map<string, Path[]>();
  for (const name of unsupported) {
    const [operation = "", ...path] = name.split(".");
    paths.set(operation, [...(paths.get(operation) ?? []), path]);
  }
  return paths;
}
