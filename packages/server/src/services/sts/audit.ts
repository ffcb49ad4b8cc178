import type { AuditFacts } from "../../kernel/audit-facts.ts";

/** STS changes no resource, but its answers are recorded all the same. */
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
