import type { Authorization } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";

/** For members that an answer has only if its caller may read them by themselves. */
export function isPermitted(
  authorization: Authorization,
  context: RequestContext,
): Promise<boolean> {
  return context.authorize(authorization, { isCall: false }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AwsError) return false;
      throw error;
    },
  );
}
