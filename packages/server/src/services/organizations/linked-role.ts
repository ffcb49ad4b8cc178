import { AwsError } from "../../kernel/aws-error.ts";
import type { Caller } from "../../kernel/principal.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { readerIn, type Transaction } from "../../kernel/store.ts";
import type { OrganizationsDependencies } from "./dependencies.ts";
import { deniedForDependency } from "./errors.ts";

/** The service whose linked role acts in every account of an organization. */
export const ORGANIZATIONS_PRINCIPAL = "organizations.amazonaws.com";
/** Organizations is global. */
const REGION = "us-east-1";

type Parts = Pick<OrganizationsDependencies, "invoke" | "linkedRoles" | "directory">;

/** Calls IAM as the root user of a new account, for Organizations. */
export function asRootOf(accountId: string): Caller {
  return {
    principal: { kind: "root", accountId, arn: `arn:aws:iam::${accountId}:root` },
    chain: [ORGANIZATIONS_PRINCIPAL],
  };
}

/** Calls IAM in a transaction. */
export function callIam(
  operation: string,
  input: object,
  as: Caller,
  tx: Transaction,
  { invoke }: Pick<Parts, "invoke">,
): Promise<unknown> {
  return invoke("iam", operation, input, { as, region: REGION, transaction: tx });
}

/** The caller must be allowed to create it in its account. @throws AccessDeniedForDependency */
export async function createCallersRole(
  accountId: string,
  context: RequestContext,
  tx: Transaction,
  { linkedRoles }: Pick<Parts, "linkedRoles">,
): Promise<void> {
  if (await linkedRoles.find(ORGANIZATIONS_PRINCIPAL, accountId, tx)) return;
  const input = { AWSServiceName: ORGANIZATIONS_PRINCIPAL };
  const options = { invokedBy: ORGANIZATIONS_PRINCIPAL, transaction: tx };
  try {
    await context.forward("iam", "CreateServiceLinkedRole", input, options);
  } catch (error) {
    if (error instanceof AwsError && error.code === "AccessDenied") throw deniedForDependency();
    throw error;
  }
}

/** Makes Organizations' own linked role in a member, if it isn't there. */
export async function createOwnRole(
  accountId: string,
  tx: Transaction,
  deps: Parts,
): Promise<void> {
  if (await deps.linkedRoles.find(ORGANIZATIONS_PRINCIPAL, accountId, tx)) return;
  const input = { AWSServiceName: ORGANIZATIONS_PRINCIPAL };
  await callIam("CreateServiceLinkedRole", input, asRootOf(accountId), tx, deps);
}

/**
 * Makes a trusted service's linked role in a member, by Organizations' own role there: service
 * control policies don't affect it. Source: Organizations User Guide, "Using AWS Organizations with
 * other AWS services", the role AWSServiceRoleForOrganizations.
 */
export async function createTrustedRole(
  servicePrincipal: string,
  accountId: string,
  tx: Transaction,
  deps: Parts,
): Promise<void> {
  if (await deps.linkedRoles.find(servicePrincipal, accountId, tx)) return;
  await createOwnRole(accountId, tx, deps);
  const own = await deps.linkedRoles.find(ORGANIZATIONS_PRINCIPAL, accountId, tx);
  const role = own && (await deps.directory.findRole(accountId, own.roleName, readerIn(tx)));
  if (!role) return;
  const sessionName = "organizations";
  const session = `${role.roleName}/${sessionName}`;
  const as: Caller = {
    principal: {
      kind: "role-session",
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/${session}`,
      roleArn: role.arn,
      roleId: role.roleId,
      roleName: role.roleName,
      sessionName,
      serviceLinked: true,
    },
    chain: [servicePrincipal],
  };
  await callIam("CreateServiceLinkedRole", { AWSServiceName: servicePrincipal }, as, tx, deps);
}
