import type { Contributions } from "../../kernel/contributions.ts";
import { SecretBox } from "../../kernel/crypto/secret-box.ts";
import { defineService } from "../../kernel/define-service.ts";
import { OUTBOUND_ISSUERS_PATH } from "../../kernel/outbound-issuers.ts";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type { ChangeCounter } from "../../kernel/ports/change-counter.ts";
import type {
  AccountDirectory,
  CredentialSource,
  ServiceLinkedRoles,
} from "../../kernel/ports/identity.ts";
import type { LinkedRoleReport, OutsideService } from "../../kernel/ports/linked-services.ts";
import type { Denial, ServiceDependencies } from "../../kernel/service.ts";
import { bootstrapAccounts, type RootAccount } from "./account/accounts.ts";
import { iamAudit } from "./audit.ts";
import { AwsManagedPolicies, readManagedPolicies } from "./catalogue/aws-managed-policies.ts";
import { LinkedRoleTemplates, policiesBesideCatalogue } from "./catalogue/linked-role-templates.ts";
import { Generations } from "./changes/generations.ts";
import { KeyCredentials } from "./credentials/key-credentials.ts";
import { IAM_SECRETS } from "./credentials/try-sealing-key.ts";
import { denialError } from "./errors.ts";
import { createFederationDirectory } from "./federation/federation-directory.ts";
import { createIdentityDirectory } from "./identities/identity-directory.ts";
import { createIdentityInventory } from "./identities/identity-inventory.ts";
import { LastUsed } from "./last-used/last-used.ts";
import { iamMigrations } from "./migrations.ts";
import type { IamParts } from "./parts.ts";
import { iamResourceTypes } from "./resources/iam-type-names.ts";
import { SHAREABLE_ROLES } from "./roles/shareable-roles.ts";
import { findAccount, insertAccount } from "./rows/accounts.ts";
import { createServiceLinkedRoles } from "./service-linked-roles/service-linked-roles.ts";
import type { IamTables } from "./tables.ts";

interface IamNeeds extends ServiceDependencies {
  /** The public URL of this server, e.g. `http://localhost:4566`. */
  readonly address: { readonly publicBaseUrl: string };
  /** Fetches identity providers' keys, elsewhere. */
  readonly outgoing: OutgoingClient;
  /** At least 32 random bytes that outlive the process: stored secrets are sealed with them. */
  readonly sealingKey: Uint8Array;
  /** Services that are created after IAM; read when IAM starts, or later. */
  readonly contributed: Pick<Contributions, "linkedServiceUsages" | "organizations">;
  readonly settings: {
    /** A deletion of a service-linked role stays pending this long. */
    readonly roleDeletionDelayMs: number;
  };
  /** Linked services that run elsewhere. */
  readonly outsideServices: readonly OutsideService[];
}

/** AWS IAM: who exists, and what they may do. */
export const iam = defineService({
  title: "IAM",
  definition: {
    name: "iam",
    signingName: "iam",
    protocol: "awsQuery",
    version: "2010-05-08",
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    wholeNumbers: true,
  },
  migrations: iamMigrations,
  audit: iamAudit,
  create: createIam,
});

async function createIam(needs: IamNeeds) {
  const { outsideServices: outside, address, contributed } = needs;
  const policies = policiesBesideCatalogue(outside, needs.clock.nowMs());
  const parts: IamParts = {
    ...needs,
    organizations: contributed.organizations,
    generations: new Generations(needs),
    awsPolicies: new AwsManagedPolicies(await readManagedPolicies(), policies),
    secrets: new SecretBox(needs.sealingKey, IAM_SECRETS),
    outboundIssuer: (id) => `${address.publicBaseUrl}${OUTBOUND_ISSUERS_PATH}${id}`,
    lastUsed: new LastUsed(needs.store, needs.log),
    templates: new LinkedRoleTemplates(outside),
    roleDeletionDelayMs: needs.settings.roleDeletionDelayMs,
  };
  const linked = createServiceLinkedRoles(parts);
  const credentials = new KeyCredentials(parts);
  return {
    api: async () => (await import("./api.ts")).iamApi(parts, linked.operations),
    accessDenied: (denial: Denial) =>
      denialError(denial, denial.context.baseUrl ?? address.publicBaseUrl),
    start: async () => {
      for (const usage of contributed.linkedServiceUsages) linked.register(usage);
      parts.lastUsed.start();
      linked.start();
    },
    drain: () => linked.drain(),
    close: async () => {
      await linked.close();
      await parts.lastUsed.close();
    },
    reset: async () => {
      parts.lastUsed.clear();
      credentials.clear();
      parts.generations.bumpAll();
    },
    provides: {
      directory: createIdentityDirectory(parts),
      accounts: {
        findCreation: async (accountId, reader) =>
          (await findAccount(reader.db<IamTables>(), accountId))?.created_ms,
        create: async (accountId, nowMs, tx) => {
          const created = { account_id: accountId, root_access_key_id: null, created_ms: nowMs };
          await insertAccount(tx.tables<IamTables>().db, created);
          await parts.generations.bump(tx, accountId);
        },
      } satisfies AccountDirectory,
      inventory: createIdentityInventory(parts),
      changes: parts.generations satisfies ChangeCounter,
      federation: createFederationDirectory(parts),
      longTermCredentials: credentials satisfies CredentialSource,
      linkedRoles: linked.linkedRoles satisfies ServiceLinkedRoles,
      linkedRoleReport: linked.report satisfies LinkedRoleReport,
      /** Makes accounts and sets their root keys; may be called again with the same or others. */
      bootstrapAccounts: (accounts: readonly RootAccount[]) => bootstrapAccounts(parts, accounts),
    },
    contributes: {
      credentialSources: [credentials],
      resourceTypes: [iamResourceTypes],
      shareableResources: [SHAREABLE_ROLES],
    },
  };
}
