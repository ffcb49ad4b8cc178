import type { Value } from "../document/value.ts";

/** The account, the Region and the stack in which a template's functions are resolved. */
export interface Environment {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
  readonly urlSuffix: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly notificationArns: readonly string[];
  /** The values of the parameters, as `resolveParameters` gives them. */
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  /** The value of an export of the account in the Region, or undefined. */
  readonly exports: (name: string) => string | undefined;
  /** The Availability Zones of a Region. */
  readonly availabilityZones: (region: string) => readonly string[];
}

/** The result of a Ref to a parameter: a list for list types. */
export type ParameterValue = string | readonly string[];

/** Stands for what is known only once a resource exists; the text is AWS's. */
export const UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}";

/**
 * Gives an attribute of a resource, or with "Ref" what a Ref to it gives. UNKNOWN is not known
 * yet; undefined is an attribute that the resource's type doesn't have.
 */
export type Attributes = (logicalId: string, attribute: string) => Value | undefined;

/** The value of a pseudo parameter other than AWS::NoValue, or undefined. */
export function pseudoParameter(name: string, from: Environment): ParameterValue | undefined {
  switch (name) {
    case "AWS::AccountId":
      return from.accountId;
    case "AWS::NotificationARNs":
      return from.notificationArns;
    case "AWS::Partition":
      return from.partition;
    case "AWS::Region":
      return from.region;
    case "AWS::StackId":
      return from.stackId;
    case "AWS::StackName":
      return from.stackName;
    case "AWS::URLSuffix":
      return from.urlSuffix;
    default:
      return undefined;
  }
}
