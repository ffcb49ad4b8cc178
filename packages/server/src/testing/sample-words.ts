import type { ResourceModel } from "../kernel/resources.ts";

/** A resource as it is declared at first, and declared again with changes that don't replace it. */
export interface Sample {
  readonly typeName: string;
  readonly create: ResourceModel;
  readonly update?: ResourceModel;
  /** Reading doesn't give these back. */
  readonly unread?: readonly string[];
  /** Deleting it leaves it readable, in another state. */
  readonly isKept?: boolean;
}

export const TRUST = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};

export const ALLOW = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
};

export const DENY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "s3:DeleteObject", Resource: "*" }],
};

export const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";

export const TAGS = [{ Key: "team", Value: "studio" }];

export const OTHER_TAGS = [{ Key: "stage", Value: "beta" }];
