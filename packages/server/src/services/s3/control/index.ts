import type { AuditFacts } from "../../../kernel/audit-facts.ts";
import { defineService } from "../../../kernel/define-service.ts";
import { s3AccessDenied } from "../access/authorization.ts";

/** Source: S3 user guide, "Amazon S3 CloudTrail events", account-level operations. */
const audit: AuditFacts = {
  eventNames: {
    DeletePublicAccessBlock: "DeleteAccountPublicAccessBlock",
    GetPublicAccessBlock: "GetAccountPublicAccessBlock",
    PutPublicAccessBlock: "PutAccountPublicAccessBlock",
  },
};

/** S3 Control: what S3 has for accounts, in an API of its own over the same tables. */
export const s3Control = defineService({
  title: "S3 Control",
  definition: {
    name: "s3control",
    signingName: "s3",
    protocol: "restXml",
    version: "2018-08-20",
    floats: ["SelectionCriteria.MinStorageBytesPercentage"],
    headers: { server: "AmazonS3" },
    xmlNamespace: "http://awss3control.amazonaws.com/doc/2018-08-20/",
    wrapsErrors: true,
    // A bucket may be called v20180820; what asks for one carries no such header.
    markingHeader: "x-amz-account-id",
  },
  audit,
  create: () => ({
    api: async () => (await import("./api.ts")).S3_CONTROL_API,
    accessDenied: s3AccessDenied,
  }),
});
