/** How the text of a parameter's value is read. */
export interface ParameterKind {
  readonly element: "String" | "Number";
  readonly list: boolean;
  /** The value is the name of an SSM parameter, and the parameter's value is used. */
  readonly ssm: boolean;
}

/**
 * AWS-specific types (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
 * cloudformation-supplied-parameter-types.html): their values are taken as text.
 */
const AWS_TYPES = new Set([
  "AWS::EC2::AvailabilityZone::Name",
  "AWS::EC2::Image::Id",
  "AWS::EC2::Instance::Id",
  "AWS::EC2::KeyPair::KeyName",
  "AWS::EC2::SecurityGroup::GroupName",
  "AWS::EC2::SecurityGroup::Id",
  "AWS::EC2::Subnet::Id",
  "AWS::EC2::VPC::Id",
  "AWS::EC2::Volume::Id",
  "AWS::Route53::HostedZone::Id",
]);
const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;
const LIST = /^List<(.+)>$/;

/** The meaning of a parameter's type, or undefined if there is no such type. */
export function parameterKind(type: string): ParameterKind | undefined {
  const [, inner] = SSM_VALUE.exec(type) ?? [];
  if (inner !== undefined) {
    const kind = inner === "Number" ? undefined : plainKind(inner);
    return kind && { ...kind, ssm: true };
  }
  return type === "AWS::SSM::Parameter::Name"
    ? { element: "String", list: false, ssm: false }
    : plainKind(type);
}

function plainKind(type: string): ParameterKind | undefined {
  if (type === "CommaDelimitedList") return { element: "String", list: true, ssm: false };
  const [, inner] = LIST.exec(type) ?? [];
  const element = inner ?? type;
  const list = inner !== undefined;
  if (element === "Number") return { element, list, ssm: false };
  if (element === "String" || AWS_TYPES.has(element))
    return { element: "String", list, ssm: false };
  return undefined;
}
