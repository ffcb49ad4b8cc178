import { compilePolicy } from "../compile/compile-policy.ts";
import { explain } from "../explain/explain.ts";
import type { Principal } from "../principal.ts";
import type { DecisionRequest, PolicySource } from "../request.ts";
import type { PolicyLayers } from "./policy-layers.ts";
import { PolicySet } from "./policy-set.ts";

/** Callers and layers for the tables of layers.test.ts and explain.test.ts. */

export const ACCOUNT = "111111111111";
export const OTHER = "222222222222";
export const USER_ARN = `arn:aws:iam::${ACCOUNT}:user/u`;
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/path/r`;
export const SESSION_ARN = `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`;
export const FEDERATED_ARN = `arn:aws:sts::${ACCOUNT}:federated-user/f`;
export const ROOT_ARN = `arn:aws:iam::${ACCOUNT}:root`;

export const user: Principal = {
  kind: "user",
  accountId: ACCOUNT,
  arn: USER_ARN,
  id: "AIDAUUUUUUUUUUUUUUUU",
  userName: "u",
};
export const session: Principal = {
  kind: "role-session",
  accountId: ACCOUNT,
  arn: SESSION_ARN,
  roleArn: ROLE_ARN,
  roleId: "AROARRRRRRRRRRRRRRRR",
  roleName: "r",
  sessionName: "s",
  serviceLinked: false,
};
export const linked: Principal = { ...session, serviceLinked: true };
export const federated: Principal = {
  kind: "federated-user",
  accountId: ACCOUNT,
  arn: FEDERATED_ARN,
  userArn: USER_ARN,
  name: "f",
};
export const root: Principal = { kind: "root", accountId: ACCOUNT, arn: ROOT_ARN };
export const service: Principal = { kind: "service", serviceName: "ivs.amazonaws.com" };
export const anonymous: Principal = { kind: "anonymous" };

/** One statement about every action and resource, as a layer. */
export function set(
  kind: PolicySource["kind"],
  effect: "Allow" | "Deny",
  element: object = {},
  managed = false,
): PolicySet {
  const statement = { Effect: effect, Action: "*", ...element };
  const resource = kind === "trust" ? {} : { Resource: "*" };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: { ...statement, ...resource } });
  const id = managed ? `arn:aws:iam::${ACCOUNT}:policy/P` : "inline";
  return new PolicySet([compilePolicy(text, { kind, id, managed })]);
}

export const nothing = new PolicySet([]);
export const identity = set("identity", "Allow");
export const boundary = set("boundary", "Allow");
export const sessionPolicy = set("session", "Allow");
export const named = (principal: unknown, kind: "resource" | "trust" = "resource") =>
  set(kind, "Allow", { Principal: principal });

/** "effect layer" of a decision; "-" where no layer decided. */
export function outcome(
  principal: Principal,
  layers: PolicyLayers,
  more: Partial<DecisionRequest> = {},
): string {
  const { effect, layer } = explain(
    {
      principal,
      action: "s3:GetObject",
      resource: "arn:aws:s3:::b/k",
      resourceAccountId: ACCOUNT,
      context: new Map(),
      ...more,
    },
    layers,
  );
  return `${effect} ${layer ?? "-"}`;
}
