/** Access Analyzer's operation schemas without the client around them. */
import * as schemas from "@aws-sdk/client-accessanalyzer/dist-es/schemas/schemas_0.js";

export const accessAnalyzerSchemas: Readonly<Record<string, unknown>> = schemas;
