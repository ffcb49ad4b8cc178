/** The SDK's operation schemas without the client around them, which would slow the start. */
import * as schemas from "@aws-sdk/client-iam/dist-es/schemas/schemas_0.js";

export const iamSchemas: Readonly<Record<string, unknown>> = schemas;
