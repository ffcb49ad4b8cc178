import type { Chance } from "../fuzz/chance.ts";

/* Templates of the campaign's stacks, and the resources that each leads to. */

export const STACK_PREFIX = "kills-stack-";
export const PARAMETER_PREFIX = "/kills-stack/";

export interface Shape {
  /** The value of each parameter, by its number. */
  readonly parameters: readonly string[];
  /** A role with another name is another role: the old one goes at the end. */
  readonly role: string;
  readonly channel: boolean;
}

/** The resources of a stack, by their names. */
export interface Physical {
  readonly parameters: Readonly<Record<string, string>>;
  readonly roles: readonly string[];
  readonly channels: readonly string[];
}

export const NOTHING: Physical = { parameters: {}, roles: [], channels: [] };

export function newShape(chance: Chance): Shape {
  const count = 1 + chance.below(3);
  return {
    parameters: Array.from({ length: count }, () => String(chance.below(1e9))),
    role: String(chance.below(2)),
    channel: chance.rarely(2),
  };
}

export function physicalOf(key: string, { parameters, role, channel }: Shape): Physical {
  return {
    parameters: Object.fromEntries(
      parameters.map((value, at) => [`${PARAMETER_PREFIX}${key}/${at}`, value]),
    ),
    roles: [`${STACK_PREFIX}${key}-${role}`],
    channels: channel ? [STACK_PREFIX + key] : [],
  };
}

/** The resources need each other in a chain; `fails`: the last one can't be made. */
export function templateOf(key: string, shape: Shape, fails: boolean): string {
  const { parameters, roles, channels } = physicalOf(key, shape);
  const resources: Record<string, object> = {};
  const add = (id: string, Type: string, Properties: object) => {
    const DependsOn = Object.keys(resources);
    resources[id] = { Type, Properties, ...(DependsOn.length === 0 ? {} : { DependsOn }) };
  };
  for (const RoleName of roles)
    add("Role", "AWS::IAM::Role", { RoleName, AssumeRolePolicyDocument: TRUST });
  for (const [at, [Name, Value]] of Object.entries(parameters).entries())
    add(`Parameter${at}`, "AWS::SSM::Parameter", { Name, Type: "String", Value });
  for (const Name of channels) add("Channel", "AWS::IVS::Channel", { Name, Type: "BASIC" });
  if (fails) add("Bad", "AWS::IAM::Role", { RoleName: "no/name", AssumeRolePolicyDocument: TRUST });
  return JSON.stringify({ Resources: resources });
}

const TRUST = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};
