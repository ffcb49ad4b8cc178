import {
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeletePolicyVersionCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteSigningCertificateCommand,
  DeleteSSHPublicKeyCommand,
  DeleteVirtualMFADeviceCommand,
  GetLoginProfileCommand,
  type IAMClient,
  ListServiceSpecificCredentialsCommand,
  paginateGetGroup,
  paginateListAccessKeys,
  paginateListGroupsForUser,
  paginateListInstanceProfilesForRole,
  paginateListMFADevices,
  paginateListPolicyVersions,
  paginateListSigningCertificates,
  paginateListSSHPublicKeys,
  RemoveRoleFromInstanceProfileCommand,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";
import { allPages } from "../../../wire/all-pages.ts";
import { listPolicyEntities } from "../list-policy-entities.ts";
import { listOwnedPolicies, operationsOf, type PolicyOwner } from "../policy-owner.ts";

/** Something that keeps a user, group, role or policy from being deleted. */
export interface OwnedThing {
  /** "Access key AKIA…". */
  readonly label: string;
  readonly remove: () => Promise<unknown>;
}

type Listing = (client: IAMClient, name: string) => Promise<readonly OwnedThing[]>;

/** The kinds of identities, and the lists of what each can own. A policy's name is its ARN. */
export const OWNED = {
  user: [
    userKeys,
    loginProfile,
    userGroups,
    policiesOf("user"),
    mfaDevices,
    sshKeys,
    signingCertificates,
    serviceCredentials,
  ],
  group: [groupUsers, policiesOf("group")],
  role: [policiesOf("role"), instanceProfiles],
  policy: [attachments, olderVersions],
} as const satisfies Readonly<Record<string, readonly Listing[]>>;

export type OwnerKind = keyof typeof OWNED;

/** Everything that has to go before IAM deletes the owner. */
export async function listOwned(
  client: IAMClient,
  kind: OwnerKind,
  name: string,
): Promise<readonly OwnedThing[]> {
  const lists = await Promise.all(OWNED[kind].map((list: Listing) => list(client, name)));
  return lists.flat();
}

async function userKeys(client: IAMClient, UserName: string): Promise<readonly OwnedThing[]> {
  const pages = paginateListAccessKeys({ client }, { UserName });
  const keys = await allPages(pages, (page) => page.AccessKeyMetadata);
  return keys.map(({ AccessKeyId }) => ({
    label: `Access key ${AccessKeyId}`,
    remove: () => client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })),
  }));
}

async function loginProfile(client: IAMClient, UserName: string): Promise<readonly OwnedThing[]> {
  try {
    await client.send(new GetLoginProfileCommand({ UserName }));
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchEntityException") return [];
    throw error;
  }
  const remove = () => client.send(new DeleteLoginProfileCommand({ UserName }));
  return [{ label: "Password", remove }];
}

async function userGroups(client: IAMClient, UserName: string): Promise<readonly OwnedThing[]> {
  const pages = paginateListGroupsForUser({ client }, { UserName });
  const groups = await allPages(pages, (page) => page.Groups);
  return groups.map(({ GroupName }) => ({
    label: `Membership of ${GroupName}`,
    remove: () => client.send(new RemoveUserFromGroupCommand({ UserName, GroupName })),
  }));
}

function policiesOf(kind: PolicyOwner["kind"]): Listing {
  return async (client, name) => {
    const owned = await listOwnedPolicies(client, { kind, name });
    const { detach, remove } = operationsOf({ kind, name });
    return owned.map((policy) =>
      policy.arn === undefined
        ? {
            label: `Inline policy ${policy.name}`,
            remove: () => remove(client, name, policy.name),
          }
        : {
            label: `Attachment of ${policy.name}`,
            remove: () => detach(client, name, policy.arn ?? ""),
          },
    );
  };
}

async function mfaDevices(client: IAMClient, UserName: string): Promise<readonly OwnedThing[]> {
  const pages = paginateListMFADevices({ client }, { UserName });
  const devices = await allPages(pages, (page) => page.MFADevices);
  return devices.map(({ SerialNumber = "" }) => ({
    label: `MFA device ${SerialNumber}`,
    remove: async () => {
      await client.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }));
      // A virtual device has an ARN, and stays in the account without a user.
      if (!SerialNumber.startsWith("arn:")) return;
      await client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));
    },
  }));
}

async function sshKeys(client: IAMClient, UserName: string): Promise<readonly OwnedThing[]> {
  const pages = paginateListSSHPublicKeys({ client }, { UserName });
  const keys = await allPages(pages, (page) => page.SSHPublicKeys);
  return keys.map(({ SSHPublicKeyId }) => ({
    label: `SSH public key ${SSHPublicKeyId}`,
    remove: () => client.send(new DeleteSSHPublicKeyCommand({ UserName, SSHPublicKeyId })),
  }));
}

async function signingCertificates(
  client: IAMClient,
  UserName: string,
): Promise<readonly OwnedThing[]> {
  const pages = paginateListSigningCertificates({ client }, { UserName });
  const certificates = await allPages(pages, (page) => page.Certificates);
  return certificates.map(({ CertificateId }) => ({
    label: `Signing certificate ${CertificateId}`,
    remove: () => client.send(new DeleteSigningCertificateCommand({ UserName, CertificateId })),
  }));
}

async function serviceCredentials(
  client: IAMClient,
  UserName: string,
): Promise<readonly OwnedThing[]> {
  const input = new ListServiceSpecificCredentialsCommand({ UserName });
  const { ServiceSpecificCredentials: found = [] } = await client.send(input);
  return found.map(({ ServiceSpecificCredentialId, ServiceName }) => ({
    label: `Credential ${ServiceSpecificCredentialId} for ${ServiceName}`,
    remove: () => {
      const which = { UserName, ServiceSpecificCredentialId };
      return client.send(new DeleteServiceSpecificCredentialCommand(which));
    },
  }));
}

async function groupUsers(client: IAMClient, GroupName: string): Promise<readonly OwnedThing[]> {
  const users = await allPages(paginateGetGroup({ client }, { GroupName }), (page) => page.Users);
  return users.map(({ UserName }) => ({
    label: `Membership of ${UserName}`,
    remove: () => client.send(new RemoveUserFromGroupCommand({ UserName, GroupName })),
  }));
}

async function instanceProfiles(
  client: IAMClient,
  RoleName: string,
): Promise<readonly OwnedThing[]> {
  const pages = paginateListInstanceProfilesForRole({ client }, { RoleName });
  const profiles = await allPages(pages, (page) => page.InstanceProfiles);
  return profiles.map(({ InstanceProfileName }) => ({
    label: `Place in instance profile ${InstanceProfileName}`,
    remove: () => {
      const which = { RoleName, InstanceProfileName };
      return client.send(new RemoveRoleFromInstanceProfileCommand(which));
    },
  }));
}

async function attachments(client: IAMClient, arn: string): Promise<readonly OwnedThing[]> {
  const entities = await allPages(listPolicyEntities(client, arn), (page) => page);
  return entities.map(({ kind, name }) => ({
    label: `Attachment to ${kind} ${name}`,
    remove: () => operationsOf({ kind, name }).detach(client, name, arn),
  }));
}

async function olderVersions(client: IAMClient, PolicyArn: string): Promise<readonly OwnedThing[]> {
  const pages = paginateListPolicyVersions({ client }, { PolicyArn });
  const versions = await allPages(pages, (page) => page.Versions);
  return versions.flatMap(({ VersionId, IsDefaultVersion }) => {
    // The default version goes with the policy.
    if (IsDefaultVersion === true) return [];
    const remove = () => client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    return [{ label: `Version ${VersionId}`, remove }];
  });
}
