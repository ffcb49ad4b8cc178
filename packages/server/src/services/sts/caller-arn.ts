import type { Principal } from "../../kernel/principal.ts";

/** The caller's name in a denial. */
export function callerArn(principal: Principal): string {
  switch (principal.kind) {
    case "root":
    case "user":
    case "role-session":
    case "federated-user":
      return principal.arn;
    case "federated-provider":
      return principal.provider;
    case "service":
      return principal.serviceName;
    case "anonymous":
      return "anonymous";
    default:
      return principal satisfies never;
  }
}
