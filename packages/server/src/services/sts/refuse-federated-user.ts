import type { RequestContext } from "../../kernel/request-context.ts";
import { accessDenied } from "./errors.ts";

/**
 * Of STS, federated users may call GetCallerIdentity only, whatever policies say.
 * Source: API reference, GetFederationToken, Permissions.
 */
export function refuseFederatedUser({ caller, operation }: RequestContext, resource: string): void {
  const { principal } = caller;
  if (principal.kind !== "federated-user") return;
  throw accessDenied(principal.arn, `sts:${operation}`, resource);
}
