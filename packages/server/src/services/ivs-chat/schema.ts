/** IVS Chat's operation schemas without the client around them, which would slow the start-up. */
import * as schemas from "@aws-sdk/client-ivschat/dist-es/schemas/schemas_0.js";

export const ivsChatSchemas: Readonly<Record<string, unknown>> = schemas;
