/** STS's operation schemas without the client around them, which would slow the start. */
import * as schemas from "@aws-sdk/client-sts/dist-es/schemas/schemas_0.js";

export const stsSchemas: Readonly<Record<string, unknown>> = schemas;
