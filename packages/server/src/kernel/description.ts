/** Says what Rolecast is; README, help, banner, packages and pages carry the same sentence. */
export const DESCRIPTION =
  "Amazon IVS and IAM on your own machine: real live video, real recordings in S3, " +
  "and IAM policies that are really enforced, with the reason for every denial.";
