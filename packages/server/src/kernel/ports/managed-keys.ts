import type { RequestContext } from "../request-context.ts";

/**
 * The keys that services use for an account that names none: AWS managed keys. KMS implements it.
 */
export interface ManagedKeys {
  /**
   * The ARN of the key that `service` (`s3`) uses for an account in a Region; made on first use.
   */
  require(
    service: string,
    place: { readonly accountId: string; readonly region: string },
    context: RequestContext,
  ): Promise<string>;
}
