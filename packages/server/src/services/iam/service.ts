import type {
  CredentialSource,
  FederationDirectory,
  IdentityDirectory,
  LinkedServiceUsage,
  ServiceLinkedRoles,
} from "../../kernel/identity.ts";
import type { LinkedRoleReport, OutsideService } from "../../kernel/linked-services.ts";
import type { OperationTable } from "../../kernel/operations.ts";
import type { Organization } from "../../kernel/organization.ts";
import { OUTBOUND_ISSUERS_PATH } from "../../kernel/outbound-issuers.ts";
import { SecretBox } from "../../kernel/secret-box.ts";
import type { Service, ServiceDependencies } from "../../kernel/service.ts";
import { accessKeyOperations } from "./access-keys.ts";
import { accountAliasOperations } from "./account-aliases.ts";
import { accountAuthorizationOperations } from "./account-authorization-details.ts";
import { accountPasswordPolicyOperations } from "./account-password-policies.ts";
import { accountSummaryOperations } from "./account-summary.ts";
import { bootstrapAccounts, type RootAccount } from "./accounts.ts";
import { attachedPolicyOperations } from "./attached-policies.ts";
import { iamAudit } from "./audit.ts";
import { AwsManagedPolicies } from "./aws-managed-policies.ts";
import { iamConstraints } from "./constraints.ts";
import { contextKeyOperations } from "./context-keys.ts";
import { credentialReportOperations } from "./credential-reports.ts";
import { denialError } from "./errors.ts";
import { createFederationDirectory } from "./federation-directory.ts";
import { Generations } from "./generations.ts";
import { groupOperations } from "./groups.ts";
import { createIdentityDirectory } from "./identity-directory.ts";
import { inlinePolicyOperations } from "./inline-policies.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { KeyCredentials } from "./key-credentials.ts";
import { LastUsed } from "./last-used.ts";
import { loginProfileOperations } from "./login-profiles.ts";
import { mfaDeviceOperations } from "./mfa-devices.ts";
import { iamMigrations } from "./migrations.ts";
import { openIdConnectProviderOperations } from "./open-id-connect-providers.ts";
import { outboundFederationOperations } from "./outbound-federation.ts";
import type { IamParts } from "./parts.ts";
import { permissionsBoundaryOperations } from "./permissions-boundaries.ts";
import { policyOperations } from "./policies.ts";
import { policyEntityOperations } from "./policy-entities.ts";
import { policyVersionOperations } from "./policy-versions.ts";
import { roleOperations } from "./roles.ts";
import { samlProviderOperations } from "./saml-providers.ts";
import { iamSchemas } from "./schema.ts";
import { serverCertificateOperations } from "./server-certificates.ts";
import { serviceAccessOperations } from "./service-access.ts";
import { serviceLastAccessedOperations } from "./service-last-accessed-details.ts";
import { LinkedRoleTemplates, outsidePolicies } from "./service-linked-roles/definitions.ts";
import { createServiceLinkedRoles } from "./service-linked-roles/service-linked-roles.ts";
import { serviceSpecificCredentialOperations } from "./service-specific-credentials.ts";
import { signingCertificateOperations } from "./signing-certificates.ts";
import { simulationOperations } from "./simulations.ts";
import { sshPublicKeyOperations } from "./ssh-public-keys.ts";
import { tagOperations } from "./tags.ts";
import { userOperations } from "./users.ts";
import { virtualMfaDeviceOperations } from "./virtual-mfa-devices.ts";

export interface IamDependencies extends ServiceDependencies {
  /** Where this server is known, e.g. `http://localhost:4566`. */
  readonly publicBaseUrl: () => string;
  /** At least 32 random bytes that outlive the process: stored secrets are sealed with them. */
  readonly sealingKey: Uint8Array;
  /** Services that say where they use their service-linked role; read when IAM starts. */
  readonly linkedServiceUsages: readonly LinkedServiceUsage[];
  /** Its service control policies have their say in simulations. */
  readonly organization?: Organization | undefined;
  /** Linked services that run elsewhere; left out, none. */
  readonly outsideServices?: readonly OutsideService[];
  /** The file that `scripts/build-managed-policies.ts` writes; left out, it is looked for. */
  readonly managedPoliciesFile?: string;
}

export interface IamService extends Service {
  readonly directory: IdentityDirectory;
  readonly federation: FederationDirectory;
  readonly credentials: CredentialSource;
  readonly linkedRoles: ServiceLinkedRoles;
  readonly linkedRoleReport: LinkedRoleReport;
  /** Makes accounts and sets their root keys; may be called again with the same or others. */
  bootstrapAccounts(accounts: readonly RootAccount[]): Promise<void>;
}

/** AWS IAM: who exists, and what they may do. */
export function createIamService(deps: IamDependencies): IamService {
  const outside = deps.outsideServices ?? [];
  const policies = outsidePolicies(outside, deps.clock.nowMs());
  const parts: IamParts = {
    ...deps,
    generations: new Generations(deps),
    awsPolicies: new AwsManagedPolicies(deps.managedPoliciesFile, policies),
    secrets: new SecretBox(deps.sealingKey, "rolecast iam stored secrets"),
    outboundIssuer: (id) => `${deps.publicBaseUrl()}${OUTBOUND_ISSUERS_PATH}${id}`,
    lastUsed: new LastUsed(deps.store, deps.log),
    templates: new LinkedRoleTemplates(outside),
    organization: deps.organization,
  };
  const linked = createServiceLinkedRoles(parts);
  const credentials = new KeyCredentials(parts);
  return {
    definition: {
      name: "iam",
      signingName: "iam",
      protocol: "awsQuery",
      version: "2010-05-08",
      xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
      wholeNumbers: true,
      schemas: iamSchemas,
    },
    operations: { ...operationsOf(parts), ...linked.operations },
    constraints: iamConstraints,
    migrations: iamMigrations,
    audit: iamAudit,
    accessDenied: (denial) => denialError(denial, deps.publicBaseUrl()),
    directory: createIdentityDirectory(parts),
    federation: createFederationDirectory(parts),
    credentials,
    linkedRoles: linked.linkedRoles,
    linkedRoleReport: linked.report,
    bootstrapAccounts: (accounts) => bootstrapAccounts(parts, accounts),
    start: async () => {
      // Only now: these services are made after IAM, because they need its ports.
      for (const usage of deps.linkedServiceUsages) linked.register(usage);
      linked.start();
    },
    close: async () => {
      await linked.close();
      await parts.lastUsed.flush();
    },
    reset: async () => {
      parts.lastUsed.clear();
      credentials.clear();
      parts.generations.bumpAll();
    },
  };
}

function operationsOf(parts: IamParts): OperationTable {
  return {
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
  };
}
