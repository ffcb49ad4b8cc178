/** S3 Control's operation schemas without the client around them. */
import * as schemas from "@aws-sdk/client-s3-control/dist-es/schemas/schemas_0.js";

export const s3ControlSchemas: Readonly<Record<string, unknown>> = schemas;
