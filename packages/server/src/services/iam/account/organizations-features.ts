import type * as iam from "@aws-sdk/client-iam";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RootFeature } from "../../../kernel/organization.ts";
import type {
  OrganizationFacts,
  OrganizationFeatures,
} from "../../../kernel/ports/organizations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type Reader, readerIn } from "../../../kernel/store.ts";
import { onAccount } from "../identities/authorization.ts";
import type { IamParts } from "../parts.ts";

const IAM_PRINCIPAL = "iam.amazonaws.com";

/**
 * Root credentials management and root sessions of the caller's organization. Source: IAM API
 * reference, EnableOrganizationsRootSessions and its siblings.
 */
export function organizationsFeatureOperations(
  parts: Pick<IamParts, "organizations">,
): OperationTable {
  const setting = (feature: RootFeature, isEnabled: boolean) => ({
    authorize: (_input: object, context: RequestContext) => onAccount(context),
    handle: (_input: object, context: RequestContext) =>
      context.transaction(async (tx) => {
        const { facts, features } = await requireOrganization(
          parts,
          context.accountId,
          readerIn(tx),
        );
        const isManagement = context.accountId === facts.managementAccountId;
        if (isEnabled && !isManagement) throw refused("CallerIsNotManagementAccount");
        await features.setFeature(facts.organizationId, feature, isEnabled, tx);
        const others = facts.features.filter((each) => each !== feature);
        return shown(facts, isEnabled ? [...others, feature] : others);
      }),
  });
  return defineOperations<typeof iam>()({
    EnableOrganizationsRootCredentialsManagement: setting("RootCredentialsManagement", true),
    DisableOrganizationsRootCredentialsManagement: setting("RootCredentialsManagement", false),
    EnableOrganizationsRootSessions: setting("RootSessions", true),
    DisableOrganizationsRootSessions: setting("RootSessions", false),
    ListOrganizationsFeatures: {
      authorize: (_input, context) => onAccount(context),
      handle: async (_input, context) => {
        const { facts } = await requireOrganization(parts, context.accountId, context);
        return shown(facts, facts.features);
      },
    },
  });
}

function shown({ organizationId }: OrganizationFacts, features: readonly RootFeature[]) {
  return { OrganizationId: organizationId, EnabledFeatures: features.toSorted() };
}

const MESSAGES = {
  OrganizationNotFound:
    "The request was rejected because no organization is associated with your account.",
  OrganizationNotInAllFeaturesMode:
    "The request was rejected because your organization does not have All features enabled.",
  AccountNotManagementOrDelegatedAdministrator:
    "The request was rejected because the account making the request is not the management " +
    "account or delegated administrator account for centralized root access.",
  ServiceAccessNotEnabled:
    "The request was rejected because trusted access is not enabled for IAM in Organizations.",
  CallerIsNotManagementAccount:
    "The request was rejected because the account making the request is not the management " +
    "account for the organization.",
} as const;

/** Sentences: the errors' descriptions in the API reference. */
function refused(code: keyof typeof MESSAGES): AwsError {
  return new AwsError(`${code}Exception`, MESSAGES[code], { status: 400 });
}

async function requireOrganization(
  { organizations: [ports] }: Pick<IamParts, "organizations">,
  accountId: string,
  reader: Reader,
): Promise<{ readonly facts: OrganizationFacts; readonly features: OrganizationFeatures }> {
  const facts = await ports?.features.find(accountId, reader);
  if (!facts || !ports) throw refused("OrganizationNotFound");
  const isManagement = facts.managementAccountId === accountId;
  if (!isManagement && !facts.isDelegatedAdministrator(IAM_PRINCIPAL))
    throw refused("AccountNotManagementOrDelegatedAdministrator");
  if (!facts.hasAllFeatures) throw refused("OrganizationNotInAllFeaturesMode");
  if (!facts.trusts(IAM_PRINCIPAL)) throw refused("ServiceAccessNotEnabled");
  return { facts, features: ports.features };
}
