/** S3's operation schemas without the client around them, which would triple the start-up time. */
import * as schemas from "@aws-sdk/client-s3/dist-es/schemas/schemas_0.js";

export const s3Schemas: Readonly<Record<string, unknown>> = schemas;
