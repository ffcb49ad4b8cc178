import type { ResourceType } from "../../../kernel/resources.ts";
import { accessKeyType, serverCertificateType, virtualMfaDeviceType } from "./credentials.ts";
import { oidcProviderType, samlProviderType } from "./identity-providers.ts";
import { inlinePolicyType, policyType } from "./inline-policies.ts";
import { instanceProfileType } from "./instance-profiles.ts";
import { managedPolicyType } from "./managed-policies.ts";
import { roleType } from "./roles.ts";
import { serviceLinkedRoleType } from "./service-linked-roles.ts";
import { groupType, userToGroupAdditionType, userType } from "./users-and-groups.ts";

export const iamResources: readonly ResourceType[] = [
  accessKeyType,
  groupType,
  inlinePolicyType("Group"),
  inlinePolicyType("Role"),
  inlinePolicyType("User"),
  instanceProfileType,
  managedPolicyType,
  oidcProviderType,
  policyType,
  roleType,
  samlProviderType,
  serverCertificateType,
  serviceLinkedRoleType,
  userToGroupAdditionType,
  userType,
  virtualMfaDeviceType,
];
