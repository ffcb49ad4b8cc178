import catalogue from "./catalogue.json" with { type: "json" };

/** What AWS fixes of a service-linked role before it exists: IAM's template for a service. */
export interface ServiceLinkedRoleDefinition {
  /** `ivs.amazonaws.com`. */
  readonly servicePrincipal: string;
  /** The role's name, to which a custom suffix is added where the service allows one. */
  readonly roleName: string;
  /** The AWS managed policy under `/aws-service-role/`; unknown for two services. */
  readonly policyName?: string;
  /** Only nine services are known to take a CustomSuffix. */
  readonly allowsSuffix?: boolean;
  /** False: only the service itself creates the role. */
  readonly creatableThroughIam?: boolean;
  /** What the service writes as description when it creates the role itself. */
  readonly createdDescription?: string;
}

/**
 * Every service-linked role that AWS is known to have. Data, gathered from AWS's documentation and
 * managed policies and from published listings of real accounts. Where one principal has several
 * rows, the first is the one that IAM's CreateServiceLinkedRole makes.
 */
export const serviceLinkedRoleDefinitions: readonly ServiceLinkedRoleDefinition[] = catalogue;

const byPrincipal = new Map<string, ServiceLinkedRoleDefinition>();
const byRoleName = new Map<string, ServiceLinkedRoleDefinition>();
for (const definition of serviceLinkedRoleDefinitions) {
  if (!byPrincipal.has(definition.servicePrincipal))
    byPrincipal.set(definition.servicePrincipal, definition);
  byRoleName.set(definition.roleName, definition);
}

/** The principal's letter case counts, as on AWS. */
export function findDefinition(servicePrincipal: string): ServiceLinkedRoleDefinition | undefined {
  return byPrincipal.get(servicePrincipal);
}

/** The definition behind a role's name, with or without a custom suffix. */
export function findDefinitionByRoleName(
  roleName: string,
): ServiceLinkedRoleDefinition | undefined {
  const whole = byRoleName.get(roleName);
  if (whole) return whole;
  const separator = roleName.indexOf("_");
  const base = separator < 0 ? undefined : byRoleName.get(roleName.slice(0, separator));
  return base?.allowsSuffix ? base : undefined;
}

/** `/aws-service-role/ivs.amazonaws.com/`. */
export function serviceLinkedRolePath(servicePrincipal: string): string {
  return `/aws-service-role/${servicePrincipal}/`;
}

export function servicePolicyArn(policyName: string): string {
  return `arn:aws:iam::aws:policy/aws-service-role/${policyName}`;
}
