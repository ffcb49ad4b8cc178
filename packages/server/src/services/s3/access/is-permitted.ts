import type { Authorization } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";

/** For what an answer tells of only to who may read it by itself, and leaves out otherwise. */
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
