/** Patterns of the pages that have help; its text is loaded when somebody asks for it. */
export const HELPED_PAGES = [
  "/ivs/channels",
  "/ivs/channels/create",
  "/ivs/channels/:arn",
  "/ivs/recording-configurations",
  "/ivs/recording-configurations/:arn",
  "/ivs/recordings",
  "/ivs/recordings/:bucket",
  "/ivs/playback-keys",
  "/ivs/playback-keys/:arn",
  "/ivs/playback-tokens",
  "/ivs/restriction-policies",
  "/ivs/restriction-policies/:arn",
  "/ivs/ad-configurations",
  "/ivs/ad-configurations/:arn",
  "/iam/users",
  "/iam/users/:name",
  "/iam/groups",
  "/iam/groups/:name",
  "/iam/policies",
  "/iam/policies/create",
  "/iam/policies/:arn",
  "/iam/roles",
  "/iam/roles/:name",
  "/iam/simulator",
  "/organizations/tree",
  "/cloudformation/stacks",
  "/cloudformation/stacks/create",
  "/cloudformation/stacks/:arn",
  "/s3/buckets",
  "/s3/buckets/:bucket",
  "/s3/buckets/:bucket/object",
  "/activity",
] as const;

export type HelpedPage = (typeof HELPED_PAGES)[number];

export const HELPED: ReadonlySet<string> = new Set(HELPED_PAGES);
