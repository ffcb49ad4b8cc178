/**
 * The maker of a request. Shapes follow the IAM User Guide, "AWS JSON policy elements: Principal".
 *
 * A role session carries whether its role is service-linked, because the role's path is not part
 * of a session ARN and service control policies must not reach such a session.
 */
export type Principal =
  | { kind: "root"; accountId: string; arn: string }
  | { kind: "user"; accountId: string; arn: string; id: string; userName: string }
  | {
      kind: "role-session";
      accountId: string;
      /** The session: arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION */
      arn: string;
      roleArn: string;
      /** The role's unique id: AROA… */
      roleId: string;
      roleName: string;
      sessionName: string;
      serviceLinked: boolean;
    }
  | {
      kind: "federated-user";
      accountId: string;
      /** arn:aws:sts::ACCOUNT:federated-user/NAME */
      arn: string;
      /** The IAM user that called GetFederationToken; undefined when the root user did. */
      userArn: string | undefined;
      name: string;
    }
  /**
   * The holder of a token of an identity provider, while it calls AssumeRoleWith…: ARN or domain.
   */
  | { kind: "federated-provider"; provider: string }
  /** For example ivs.amazonaws.com */
  | { kind: "service"; serviceName: string }
  | { kind: "anonymous" };

/** The account a principal belongs to; undefined for services, token holders and the anonymous. */
export function accountOf(principal: Principal): string | undefined {
  switch (principal.kind) {
    case "root":
    case "user":
    case "role-session":
    case "federated-user":
      return principal.accountId;
    case "federated-provider":
    case "service":
    case "anonymous":
      return undefined;
    default:
      return principal satisfies never;
  }
}
