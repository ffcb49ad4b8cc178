/** The SDK ships its schema modules without types; `@rolecast/wire` alone looks inside them. */
declare module "@aws-sdk/*/dist-es/schemas/schemas_0.js";

/** The enumerations of S3's model alone. */
declare module "@aws-sdk/client-s3/dist-es/models/enums.js" {
  export const BucketLocationConstraint: Readonly<Record<string, string>>;
}
