import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * AWS's handler of a parameter reads it by ssm:GetParameters alone, which answers no tags; the
 * schema doesn't say so. Source: the schema's `handlers.read.permissions`.
 */
const UNREAD: Readonly<Record<string, readonly string[]>> = { "AWS::SSM::Parameter": ["Tags"] };

const DERIVED: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "write-only-properties.json"), "utf8"),
);

/**
 * Properties that reading a resource of the type doesn't give back; paths, where they are nested.
 * `@aws-cdk/aws-service-spec` leaves them out, so they are a file of their own, which
 * `write-only-properties.py` writes.
 */
export function writeOnlyOf(typeName: string): readonly string[] {
  return [...(DERIVED[typeName] ?? []), ...(UNREAD[typeName] ?? [])];
}
