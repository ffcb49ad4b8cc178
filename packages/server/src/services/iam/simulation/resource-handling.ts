import { splitArn } from "../../../kernel/arn.ts";
import { invalidInput } from "../errors.ts";

const INSTANCE = ["instance", "image", "security-group", "network-interface"];

/** Source: SimulateCustomPolicy, `ResourceHandlingOption`: the resource types of each scenario. */
const SCENARIOS: ReadonlyMap<string, readonly string[]> = new Map([
  ["EC2-VPC-InstanceStore", INSTANCE],
  ["EC2-VPC-InstanceStore-Subnet", [...INSTANCE, "subnet"]],
  ["EC2-VPC-EBS", [...INSTANCE, "volume"]],
  ["EC2-VPC-EBS-Subnet", [...INSTANCE, "subnet", "volume"]],
]);

/**
 * Refuses a simulation of an EC2 scenario without all resources that it needs. @throws InvalidInput
 */
export function refuseMissingResources(
  option: string | undefined,
  resources: readonly string[],
): void {
  if (option === undefined) return;
  const needed = SCENARIOS.get(option);
  if (!needed) throw invalidInput(`Invalid ResourceHandlingOption: ${option}`);
  const types = new Set(resources.map(ec2Type));
  const missing = needed.filter((type) => !types.has(type));
  if (missing.length > 0)
    throw invalidInput(`A simulation of ${option} needs resources of type ${missing.join(", ")}.`);
}

function ec2Type(resource: string): string | undefined {
  const arn = splitArn(resource);
  return arn?.service === "ec2" ? arn.resource.split("/")[0] : undefined;
}
