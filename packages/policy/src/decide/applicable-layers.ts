import { accountOf, type Principal } from "../principal.ts";
import type { PolicyLayers } from "./policy-layers.ts";
import type { PolicySet } from "./policy-set.ts";

/**
 * Which layers bear on which kind of caller: service control policies leave service-linked roles,
 * services and the anonymous alone; nobody but users and sessions has identity-based policies.
 */

/** Service-linked roles are exempt from SCPs and RCPs, and no boundary can be set on them. */
function isServiceLinked(principal: Principal): boolean {
  return principal.kind === "role-session" && principal.serviceLinked;
}

/** Root, and a federated user that root vouches for: everything is allowed unless denied. */
export function hasRootRights(principal: Principal): boolean {
  return (
    principal.kind === "root" ||
    (principal.kind === "federated-user" && principal.userArn === undefined)
  );
}

export function identityOf(principal: Principal, layers: PolicyLayers): PolicySet | undefined {
  return accountOf(principal) === undefined || hasRootRights(principal)
    ? undefined
    : layers.identity;
}

export function boundaryOf(principal: Principal, layers: PolicyLayers): PolicySet | undefined {
  return accountOf(principal) === undefined ||
    hasRootRights(principal) ||
    isServiceLinked(principal)
    ? undefined
    : layers.boundary;
}

export function sessionOf(principal: Principal, layers: PolicyLayers): PolicySet | undefined {
  return accountOf(principal) === undefined ? undefined : layers.session;
}

const NO_LEVELS: readonly PolicySet[] = [];

export function scpLevelsOf(principal: Principal, layers: PolicyLayers): readonly PolicySet[] {
  return accountOf(principal) === undefined || isServiceLinked(principal)
    ? NO_LEVELS
    : (layers.scpLevels ?? NO_LEVELS);
}

export function rcpLevelsOf(principal: Principal, layers: PolicyLayers): readonly PolicySet[] {
  return isServiceLinked(principal) ? NO_LEVELS : (layers.rcpLevels ?? NO_LEVELS);
}
