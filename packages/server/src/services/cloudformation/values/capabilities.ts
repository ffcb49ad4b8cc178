import type { Template } from "@rolecast/template";
import { insufficientCapabilities } from "../errors.ts";

/**
 * Types that give permissions. Source: CloudFormation API reference, CreateStack, Capabilities.
 * The property names the resource, for those that may have a name of the user's.
 */
const GIVE_PERMISSIONS: Readonly<Record<string, string | undefined>> = {
  "AWS::IAM::AccessKey": undefined,
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Policy": undefined,
  "AWS::IAM::GroupPolicy": undefined,
  "AWS::IAM::RolePolicy": undefined,
  "AWS::IAM::UserPolicy": undefined,
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::User": "UserName",
  "AWS::IAM::UserToGroupAddition": undefined,
};

/** Macros that CloudFormation carries out itself, and that need no capability. */
const WITHOUT_CAPABILITY = new Set(["AWS::Include"]);

export interface NeededCapabilities {
  readonly names: readonly string[];
  readonly reason: string | undefined;
}

export function neededCapabilities(template: Template): NeededCapabilities {
  const resources = [...template.resources.values()].filter(({ type }) =>
    Object.hasOwn(GIVE_PERMISSIONS, type),
  );
  const isNamed = resources.some(({ type, properties }) => {
    const name = GIVE_PERMISSIONS[type];
    return name !== undefined && properties[name] !== undefined;
  });
  const types = [...new Set(resources.map(({ type }) => type))];
  const names = resources.length === 0 ? [] : [isNamed ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM"];
  const macros = template.transforms.filter(({ name }) => !WITHOUT_CAPABILITY.has(name));
  const needed = [...names, ...(macros.length > 0 ? ["CAPABILITY_AUTO_EXPAND"] : [])];
  const reason =
    types.length === 0
      ? undefined
      : `The following resource(s) require capabilities: [${types.join(", ")}]`;
  return { names: needed, reason };
}

/** Throws InsufficientCapabilitiesException. */
export function requireCapabilities(template: Template, given: readonly string[]): void {
  const missing = neededCapabilities(template).names.filter(
    (name) =>
      !given.includes(name) &&
      !(name === "CAPABILITY_IAM" && given.includes("CAPABILITY_NAMED_IAM")),
  );
  if (missing.length > 0) throw insufficientCapabilities(missing);
}
