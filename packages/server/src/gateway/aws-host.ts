import type { ServiceFacts } from "../kernel/service.ts";

const AWS_HOST = /^(?:[^/]*\.)?([a-z0-9]+)(?:-fips)?(?:\.([a-z]{2}-[a-z]+-\d))?\.amazonaws\.com$/;

/** The parts of an AWS host name such as `iam.amazonaws.com`. */
export interface AwsHost {
  /** `iam`. */
  readonly label: string;
  readonly region: string | undefined;
}

/** Undefined: the host, with or without a port, isn't one of AWS's. */
export function awsHostOf(host: string): AwsHost | undefined {
  const [, label, region] = AWS_HOST.exec(host.replace(/:\d+$/, "")) ?? [];
  return label === undefined ? undefined : { label, region };
}

/** How a service's AWS host names begin: `ivs` in `ivs.us-east-1.amazonaws.com`. */
export function hostLabelOf({ hostLabel, definition }: ServiceFacts): string {
  return hostLabel ?? definition.signingName;
}
