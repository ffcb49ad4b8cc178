/** ECR's operation schemas without the client around them, which would slow the start. */
import * as schemas from "@aws-sdk/client-ecr/dist-es/schemas/schemas_0.js";

export const ecrSchemas: Readonly<Record<string, unknown>> = schemas;
