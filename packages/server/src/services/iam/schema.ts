/** The one place that loads the SDK's operation schemas of IAM. */
export * as iamSchemas from "@aws-sdk/client-iam";
