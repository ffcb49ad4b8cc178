/** The service's operation schemas without the client around them, which slows a start. */
import * as schemas from "@aws-sdk/client-ivs-realtime/dist-es/schemas/schemas_0.js";

export const realTimeSchemas: Readonly<Record<string, unknown>> = schemas;
