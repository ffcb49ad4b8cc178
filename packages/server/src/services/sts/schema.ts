/** The one place that loads the SDK's operation schemas of STS. */
export * as stsSchemas from "@aws-sdk/client-sts";
