/** IVS's operation schemas without the client around them, which would slow the start-up. */
import * as schemas from "@aws-sdk/client-ivs/dist-es/schemas/schemas_0.js";

export const ivsSchemas: Readonly<Record<string, unknown>> = schemas;
