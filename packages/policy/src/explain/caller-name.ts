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

/** The user or role whose identity-based policies decide, for people. */
export function titleOfCaller(principal: Principal): string {
  switch (principal.kind) {
    case "user":
      return `the user \`${principal.userName}\``;
    case "role-session":
      return `the role \`${principal.roleName}\``;
    case "federated-user":
      return principal.userArn === undefined
        ? "the caller"
        : `the user \`${principal.userArn.slice(principal.userArn.lastIndexOf("/") + 1)}\``;
    default:
      return "the caller";
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
