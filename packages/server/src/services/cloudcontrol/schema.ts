/** Cloud Control's operation schemas without the client around them, which would slow the start. */
import * as schemas from "@aws-sdk/client-cloudcontrol/dist-es/schemas/schemas_0.js";

export const cloudControlSchemas: Readonly<Record<string, unknown>> = schemas;
