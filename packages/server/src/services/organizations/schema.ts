/** Organizations' operation schemas without the client around them. */
import * as schemas from "@aws-sdk/client-organizations/dist-es/schemas/schemas_0.js";

export const organizationsSchemas: Readonly<Record<string, unknown>> = schemas;
