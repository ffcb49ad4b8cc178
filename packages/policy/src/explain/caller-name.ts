import type { Principal } from "../principal.ts";

/** The caller as a policy or a message names it. */
export function nameOfCaller(principal: Principal): string {
  switch (principal.kind) {
    case "federated-provider":
      return principal.provider;
    case "service":
      return principal.serviceName;
    case "anonymous":
      return "anonymous";
    case "root":
    case "user":
    case "role-session":
    case "federated-user":
      return principal.arn;
    default:
      return principal satisfies never;
  }
}

/** A Principal element that names the caller; of a session, its role. */
export function principalElementOf(principal: Principal): unknown {
  switch (principal.kind) {
    case "federated-provider":
      return { Federated: principal.provider };
    case "service":
      return { Service: principal.serviceName };
    case "anonymous":
      return "*";
    case "role-session":
      return { AWS: principal.roleArn };
    case "root":
    case "user":
    case "federated-user":
      return { AWS: principal.arn };
    default:
      return principal satisfies never;
  }
}
