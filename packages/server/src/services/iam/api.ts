import type { OperationTable } from "../../kernel/operations.ts";
import type { ServiceApi } from "../../kernel/service.ts";
import { accountAliasOperations } from "./account/account-aliases.ts";
import { accountAuthorizationOperations } from "./account/account-authorization-details.ts";
import { accountSummaryOperations } from "./account/account-summary.ts";
import { credentialReportOperations } from "./account/credential-reports.ts";
import { organizationsFeatureOperations } from "./account/organizations-features.ts";
import { iamConstraints } from "./constraints.ts";
import { accessKeyOperations } from "./credentials/access-keys.ts";
import { serverCertificateOperations } from "./credentials/server-certificates.ts";
import { serviceSpecificCredentialOperations } from "./credentials/service-specific-credentials.ts";
import { signingCertificateOperations } from "./credentials/signing-certificates.ts";
import { sshPublicKeyOperations } from "./credentials/ssh-public-keys.ts";
import { openIdConnectProviderOperations } from "./federation/open-id-connect-providers.ts";
import { outboundFederationOperations } from "./federation/outbound-federation.ts";
import { samlProviderOperations } from "./federation/saml-providers.ts";
import { organizationReportOperations } from "./last-accessed/organization-report.ts";
import { serviceAccessOperations } from "./last-accessed/service-access.ts";
import { serviceLastAccessedOperations } from "./last-accessed/service-last-accessed-details.ts";
import { mfaDeviceOperations } from "./mfa/mfa-devices.ts";
import { virtualMfaDeviceOperations } from "./mfa/virtual-mfa-devices.ts";
import type { IamParts } from "./parts.ts";
import { attachedPolicyOperations } from "./policies/attached-policies.ts";
import { inlinePolicyOperations } from "./policies/inline-policies.ts";
import { permissionsBoundaryOperations } from "./policies/permissions-boundaries.ts";
import { policyOperations } from "./policies/policies.ts";
import { policyEntityOperations } from "./policies/policy-entities.ts";
import { policyVersionOperations } from "./policies/policy-versions.ts";
import { instanceProfileOperations } from "./roles/instance-profiles.ts";
import { roleOperations } from "./roles/roles.ts";
import { iamSchemas } from "./schema.ts";
import { contextKeyOperations } from "./simulation/context-keys.ts";
import { simulationOperations } from "./simulation/simulations.ts";
import { tagOperations } from "./tags/tags.ts";
import { accountPasswordPolicyOperations } from "./users/account-password-policies.ts";
import { groupOperations } from "./users/groups.ts";
import { loginProfileOperations } from "./users/login-profiles.ts";
import { userOperations } from "./users/users.ts";

export function iamApi(parts: IamParts, linkedRoleOperations: OperationTable): ServiceApi {
  return {
    schemas: iamSchemas,
    constraints: iamConstraints,
    operations: {
      ...userOperations(parts),
      ...accessKeyOperations(parts),
      ...groupOperations(parts),
      ...roleOperations(parts),
      ...policyOperations(parts),
      ...policyVersionOperations(parts),
      ...policyEntityOperations(parts),
      ...attachedPolicyOperations(parts),
      ...inlinePolicyOperations(parts),
      ...permissionsBoundaryOperations(parts),
      ...tagOperations(parts),
      ...instanceProfileOperations(parts),
      ...accountAuthorizationOperations(parts),
      ...accountSummaryOperations(),
      ...accountAliasOperations(),
      ...accountPasswordPolicyOperations(),
      ...loginProfileOperations(),
      ...credentialReportOperations(parts),
      ...openIdConnectProviderOperations(parts),
      ...virtualMfaDeviceOperations(parts),
      ...mfaDeviceOperations(parts),
      ...samlProviderOperations(parts),
      ...outboundFederationOperations(parts),
      ...serverCertificateOperations(parts),
      ...sshPublicKeyOperations(parts),
      ...signingCertificateOperations(parts),
      ...serviceSpecificCredentialOperations(parts),
      ...simulationOperations(parts),
      ...contextKeyOperations(parts),
      ...serviceAccessOperations(parts),
      ...serviceLastAccessedOperations(parts),
      ...organizationsFeatureOperations(parts),
      ...organizationReportOperations(parts),
      ...linkedRoleOperations,
    },
  };
}
