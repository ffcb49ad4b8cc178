/** CloudWatch's operation schemas without the client around them, which would slow the start. */
import * as schemas from "@aws-sdk/client-cloudwatch/dist-es/schemas/schemas_0.js";

export const cloudwatchSchemas: Readonly<Record<string, unknown>> = schemas;
