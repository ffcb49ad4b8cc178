import { busPermissions, iamAccount, trustedServices } from "./account-settings.ts";
import { analyzers } from "./analyzers.ts";
import { controlled } from "./cloudcontrol.ts";
import { protections } from "./cloudformation-protections.ts";
import { refactors } from "./cloudformation-refactors.ts";
import { stacks } from "./cloudformation-stacks.ts";
import { trails } from "./cloudtrail.ts";
import { alarms } from "./cloudwatch-alarms.ts";
import { compositeAlarms } from "./cloudwatch-composite-alarms.ts";
import { dashboards } from "./cloudwatch-dashboards.ts";
import { repositories } from "./ecr.ts";
import { buses } from "./events-buses.ts";
import { deliveries } from "./events-deliveries.ts";
import { destinations } from "./events-destinations.ts";
import { rules } from "./events-rules.ts";
import { schedules } from "./events-schedules.ts";
import { credentials } from "./iam-credentials.ts";
import { groups } from "./iam-groups.ts";
import { identityProviders } from "./iam-identity-providers.ts";
import { instanceProfiles } from "./iam-instance-profiles.ts";
import { linkedRoles } from "./iam-linked-roles.ts";
import { managedPolicies } from "./iam-policies.ts";
import { roles } from "./iam-roles.ts";
import { samlProviders } from "./iam-saml-providers.ts";
import { users } from "./iam-users.ts";
import { channels } from "./ivs-channels.ts";
import { loggingConfigurations } from "./ivs-chat-logging-configurations.ts";
import { roomLogs } from "./ivs-chat-logs.ts";
import { rooms } from "./ivs-chat-rooms.ts";
import { adConfigurations, playbackKeyPairs, playbackRestrictionPolicies } from "./ivs-playback.ts";
import { recordingConfigurations } from "./ivs-recording-configurations.ts";
import { recordings } from "./ivs-recordings.ts";
import {
  encoderConfigurations,
  publicKeys,
  storageConfigurations,
} from "./ivs-stage-configurations.ts";
import { stageRecordings } from "./ivs-stage-recordings.ts";
import { stages } from "./ivs-stages.ts";
import { keys } from "./kms.ts";
import type { Model } from "./model.ts";
import { units } from "./organizations.ts";
import { accounts } from "./organizations-accounts.ts";
import { handshakes } from "./organizations-handshakes.ts";
import { controlPolicies } from "./organizations-policies.ts";
import { bucketSettings } from "./s3-bucket-settings.ts";
import { buckets } from "./s3-buckets.ts";
import { locks } from "./s3-locks.ts";
import { objects } from "./s3-objects.ts";
import { parameters } from "./ssm.ts";

/** Every service's models, a line each. */
export const MODELS: readonly Model[] = [
  users,
  roles,
  managedPolicies,
  linkedRoles,
  buckets,
  objects,
  parameters,
  keys,
  units,
  analyzers,
  trails,
  repositories,
  stacks,
  refactors,
  controlled,
  rules,
  deliveries,
  alarms,
  channels,
  recordingConfigurations,
  recordings,
  stages,
  stageRecordings,
  rooms,
  roomLogs,
  dashboards,
  buses,
  destinations,
  schedules,
  identityProviders,
  instanceProfiles,
  loggingConfigurations,
  accounts,
  controlPolicies,
  samlProviders,
  bucketSettings,
  playbackKeyPairs,
  playbackRestrictionPolicies,
  adConfigurations,
  publicKeys,
  encoderConfigurations,
  storageConfigurations,
  groups,
  iamAccount,
  trustedServices,
  busPermissions,
  credentials,
  locks,
  protections,
  compositeAlarms,
  handshakes,
];
