import type { ServiceApi } from "../../../kernel/service.ts";
import { malformedXml } from "../errors.ts";
import { accountBlockOperations } from "./account-public-access-block.ts";
import { resourceTagOperations } from "./resource-tags.ts";
import { s3ControlSchemas } from "./schema.ts";

export const S3_CONTROL_API: ServiceApi = {
  schemas: s3ControlSchemas,
  constraints: {
    errorCode: "InvalidArgument",
    members: {},
    // What lies deeper than the members themselves is in the XML document.
    refuse: ({ path }) => (path.includes(".") ? malformedXml() : undefined),
  },
  operations: { ...resourceTagOperations(), ...accountBlockOperations() },
};
