import type { AuditFacts } from "../../kernel/audit-facts.ts";

/**
 * IAM is global: its calls are recorded in us-east-1 (CloudTrail user guide, "Global service
 * events").
 */
export const iamAudit: AuditFacts = {
  recordedIn: "us-east-1",
  readOnly: [
    ...["GenerateCredentialReport", "GenerateServiceLastAccessedDetails"],
    "GenerateOrganizationsAccessReport",
  ],
  secretMembers: ["AuthenticationCode1", "AuthenticationCode2", "ServicePassword"],
};
