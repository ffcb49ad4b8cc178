import type { Template } from "../declare/template.ts";
import { hasSnippets } from "../declare/transforms.ts";
import { TemplateError } from "../document/template-error.ts";

/** A right that whoever creates a stack must say that they know of. */
export type Capability = "CAPABILITY_IAM" | "CAPABILITY_NAMED_IAM" | "CAPABILITY_AUTO_EXPAND";

/**
 * The resource types that need a capability, with the property that names them: those with a name
 * need CAPABILITY_NAMED_IAM (API Reference, CreateStack, "Capabilities").
 */
const IAM_TYPES: ReadonlyMap<string, string | undefined> = new Map([
  ["AWS::IAM::AccessKey", undefined],
  ["AWS::IAM::Group", "GroupName"],
  ["AWS::IAM::InstanceProfile", "InstanceProfileName"],
  ["AWS::IAM::ManagedPolicy", "ManagedPolicyName"],
  ["AWS::IAM::Policy", undefined],
  ["AWS::IAM::Role", "RoleName"],
  ["AWS::IAM::User", "UserName"],
  ["AWS::IAM::UserToGroupAddition", undefined],
]);

/** The capabilities that a template needs, and the types that it needs them for. */
export interface NeededCapabilities {
  readonly capabilities: readonly Capability[];
  /** AWS's sentence, or undefined if there are none. */
  readonly reason: string | undefined;
}

/** The capabilities that a template's resources and macros need. */
export function neededCapabilities(template: Template): NeededCapabilities {
  const types = new Set<string>();
  let isNamed = false;
  for (const { type, properties } of template.resources.values()) {
    if (!IAM_TYPES.has(type)) continue;
    types.add(type);
    const name = IAM_TYPES.get(type);
    if (name !== undefined && Object.hasOwn(properties, name)) isNamed = true;
  }
  const capabilities: Capability[] = [];
  if (types.size > 0) capabilities.push(isNamed ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM");
  if (template.transforms.length > 0 || hasSnippets(template.document)) {
    capabilities.push("CAPABILITY_AUTO_EXPAND");
    for (const { name } of template.transforms) types.add(name);
  }
  const reason =
    capabilities.length === 0
      ? undefined
      : `The following resource(s) require capabilities: [${[...types].join(", ")}]`;
  return { capabilities, reason };
}

/** @throws TemplateError if a capability that the template needs isn't among those given. */
export function requireCapabilities(template: Template, given: readonly string[]): void {
  const known = new Set(given);
  if (known.has("CAPABILITY_NAMED_IAM")) known.add("CAPABILITY_IAM");
  const missing = neededCapabilities(template).capabilities.filter((name) => !known.has(name));
  if (missing.length > 0)
    throw new TemplateError(`Requires capabilities : [${missing.join(", ")}]`, {
      code: "InsufficientCapabilitiesException",
    });
}
