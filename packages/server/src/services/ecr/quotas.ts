/** Source: ECR user guide, "Amazon ECR service quotas". */
export const REPOSITORIES_PER_REGION = 100_000;
export const TAGS_PER_REPOSITORY = 50;
export const RULES_PER_LIFECYCLE_POLICY = 50;
