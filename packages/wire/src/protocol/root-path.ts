import type { WireRequest } from "../message.ts";
import { WireError } from "../wire-error.ts";

/**
 * Query and JSON services have all their operations at `/`. AWS knows none elsewhere or by another
 * method, and says so with status 404 (seen of DynamoDB, SQS and CloudWatch, whose body is the bare
 * code; here it comes with a sentence, in the protocol's own form). Undefined when it may be one.
 */
export function offRoot(
  { method, rawPath }: WireRequest,
  service: string,
  methods: readonly string[],
): WireError | undefined {
  if (rawPath === "/" && methods.includes(method)) return undefined;
  return new WireError(
    "UnknownOperationException",
    `There is no operation at ${method} ${rawPath}: ${service} takes ${methods.join(" or ")} at /.`,
    404,
  );
}
