import type { AuditFacts } from "../../kernel/audit-facts.ts";

/** Nothing that STS does changes a resource; its answers are recorded all the same. */
export const stsAudit: AuditFacts = {
  readOnly: ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"],
  secretMembers: [
    "SessionToken",
    "TokenCode",
    "SAMLAssertion",
    "WebIdentityToken",
    "EncodedMessage",
  ],
};
