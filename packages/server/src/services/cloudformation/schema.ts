/** CloudFormation's operation schemas without the client around them. */
import * as schemas from "@aws-sdk/client-cloudformation/dist-es/schemas/schemas_0.js";

export const cloudFormationSchemas: Readonly<Record<string, unknown>> = schemas;
