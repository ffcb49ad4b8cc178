import type { RequestContext } from "../../../kernel/request-context.ts";
import { unmodifiableEntity } from "../errors.ts";
import type { Role } from "../rows/roles.ts";

/** True if the service that owns the role makes this request, with its caller's credentials. */
export function actsForOwner(role: Pick<Role, "linked_service">, context: RequestContext): boolean {
  return role.linked_service !== null && context.invokedBy === role.linked_service;
}

/**
 * Guards what only the owning service may change: a service-linked role's policies,
 * trust, boundary, instance profiles and existence. Its description and tags are free.
 * @throws UnmodifiableEntity
 */
export function refuseProtectedRole(role: Role, context: RequestContext): void {
  if (isProtected(role, context))
    throw unmodifiableEntity(
      `Cannot perform the operation on the protected role '${role.role_name}' - this role is only modifiable by AWS`,
    );
}

/**
 * A service-linked role's description is free, how long its sessions last isn't.
 * @throws UnmodifiableEntity
 */
export function refuseProtectedDuration(role: Role, context: RequestContext): void {
  if (isProtected(role, context))
    throw unmodifiableEntity(
      `${role.role_name} is an AWS service linked role, max session duration cannot be changed.`,
    );
}

function isProtected(role: Role, context: RequestContext): boolean {
  return role.linked_service !== null && !actsForOwner(role, context);
}
