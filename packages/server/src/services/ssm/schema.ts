/** SSM's operation schemas without the client around them, which would slow the start. */
import * as schemas from "@aws-sdk/client-ssm/dist-es/schemas/schemas_0.js";

export const ssmSchemas: Readonly<Record<string, unknown>> = schemas;
