/** The SDK ships its schema modules without types; `@rolecast/wire` alone looks inside them. */
declare module "@aws-sdk/*/dist-es/schemas/schemas_0.js";
