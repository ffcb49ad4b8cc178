import type { OutsideService } from "../../../kernel/ports/linked-services.ts";
import catalogue from "./linked-role-templates.json" with { type: "json" };

/** IAM's template of a service-linked role: all that is fixed before the role exists. */
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
  /** The description that the service writes when it creates the role itself. */
  readonly createdDescription?: string;
}

/**
 * Every service-linked role that AWS is known to have. Data, gathered from AWS's documentation and
 * managed policies and from published listings of real accounts. Where one principal has several
 * rows, the first is the one that IAM's CreateServiceLinkedRole makes.
 */
export const serviceLinkedRoleDefinitions: readonly ServiceLinkedRoleDefinition[] = catalogue;

/** The templates of one server: AWS's, and those of the services that run outside it. */
export class LinkedRoleTemplates {
  readonly #byPrincipal = new Map<string, ServiceLinkedRoleDefinition>();
  readonly #byRoleName = new Map<string, ServiceLinkedRoleDefinition>();
  readonly #outside = new Map<string, OutsideService>();

  constructor(outside: readonly OutsideService[]) {
    for (const definition of [...serviceLinkedRoleDefinitions, ...outside.map(definitionOf)]) {
      const { servicePrincipal, roleName } = definition;
      if (!this.#byPrincipal.has(servicePrincipal))
        this.#byPrincipal.set(servicePrincipal, definition);
      this.#byRoleName.set(roleName, definition);
    }
    for (const service of outside) this.#outside.set(service.servicePrincipal, service);
  }

  /** The principal's letter case counts, as on AWS. */
  find(servicePrincipal: string): ServiceLinkedRoleDefinition | undefined {
    return this.#byPrincipal.get(servicePrincipal);
  }

  /** The definition of a role by its name, with or without a custom suffix. */
  findByRoleName(roleName: string): ServiceLinkedRoleDefinition | undefined {
    const whole = this.#byRoleName.get(roleName);
    if (whole) return whole;
    const separator = roleName.indexOf("_");
    const base = separator < 0 ? undefined : this.#byRoleName.get(roleName.slice(0, separator));
    return base?.allowsSuffix ? base : undefined;
  }

  /** The service, if it runs outside this server. */
  outside(servicePrincipal: string): OutsideService | undefined {
    return this.#outside.get(servicePrincipal);
  }
}

function definitionOf(service: OutsideService): ServiceLinkedRoleDefinition {
  const { servicePrincipal, roleName, policyName, allowsSuffix, description } = service;
  return {
    servicePrincipal,
    roleName,
    policyName,
    allowsSuffix,
    ...(description === undefined ? {} : { createdDescription: description }),
  };
}

/**
 * AWS attaches this policy to its role, as recordings show, and lists it nowhere. AWS's reference
 * has `LexBotPolicy` for the role, with this document; it is inferred to be the same.
 */
const LEX_BOT_POLICY = {
  arn: servicePolicyArn("AmazonLexBotPolicy"),
  document: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["polly:SynthesizeSpeech"], Resource: ["*"] },
      { Effect: "Allow", Action: ["comprehend:DetectSentiment"], Resource: ["*"] },
    ],
  }),
  createdMs: Date.UTC(2017, 1, 17, 22, 18),
};

/** Managed policies that AWS's catalogue lacks, those of outside services as of `startedMs`. */
export function policiesBesideCatalogue(services: readonly OutsideService[], startedMs: number) {
  const outside = services.map(({ policyName, policyDocument: document }) => ({
    arn: servicePolicyArn(policyName),
    document,
    createdMs: startedMs,
  }));
  return [LEX_BOT_POLICY, ...outside];
}

/** A name of AWS's that an outside service asks for as well; role names count without case. */
export function findTakenName(services: readonly OutsideService[]): string | undefined {
  const roleNames = new Set(serviceLinkedRoleDefinitions.map((d) => d.roleName.toLowerCase()));
  const policyNames = new Set(serviceLinkedRoleDefinitions.map((d) => d.policyName));
  for (const { roleName, policyName } of services) {
    if (roleNames.has(roleName.toLowerCase())) return roleName;
    if (policyNames.has(policyName)) return policyName;
  }
  return undefined;
}

/** `/aws-service-role/ivs.amazonaws.com/`. */
export function serviceLinkedRolePath(servicePrincipal: string): string {
  return `/aws-service-role/${servicePrincipal}/`;
}

export function servicePolicyArn(policyName: string): string {
  return `arn:aws:iam::aws:policy/aws-service-role/${policyName}`;
}
