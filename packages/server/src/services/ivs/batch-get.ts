import type * as ivs from "@aws-sdk/client-ivs";
import { AwsError } from "../../kernel/aws-error.ts";

/**
 * Gets each ARN's resource. What isn't found goes to `errors` and the call succeeds; the code is
 * the HTTP status, as the API's other batch operations show it.
 */
export async function batchGet<View>(
  arns: readonly string[],
  get: (arn: string) => Promise<View>,
): Promise<{ readonly found: View[]; readonly errors: ivs.BatchError[] }> {
  const found: View[] = [];
  const errors: ivs.BatchError[] = [];
  for (const arn of new Set(arns)) {
    try {
      found.push(await get(arn));
    } catch (error) {
      if (!(error instanceof AwsError) || error.status !== 404) throw error;
      errors.push({ arn, code: String(error.status), message: error.message });
    }
  }
  return { found, errors };
}
