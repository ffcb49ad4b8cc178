import { analyzers } from "./analyzers.ts";
import { controlled } from "./cloudcontrol.ts";
import { stacks } from "./cloudformation-stacks.ts";
import { trails } from "./cloudtrail.ts";
import { alarms } from "./cloudwatch-alarms.ts";
import { repositories } from "./ecr.ts";
import { deliveries } from "./events-deliveries.ts";
import { rules } from "./events-rules.ts";
import { linkedRoles } from "./iam-linked-roles.ts";
import { managedPolicies } from "./iam-policies.ts";
import { roles } from "./iam-roles.ts";
import { users } from "./iam-users.ts";
import { channels } from "./ivs-channels.ts";
import { roomLogs } from "./ivs-chat-logs.ts";
import { rooms } from "./ivs-chat-rooms.ts";
import { recordingConfigurations } from "./ivs-recording-configurations.ts";
import { recordings } from "./ivs-recordings.ts";
import { stages } from "./ivs-stages.ts";
import { keys } from "./kms.ts";
import type { Model } from "./model.ts";
import { units } from "./organizations.ts";
import { buckets } from "./s3-buckets.ts";
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
  controlled,
  rules,
  deliveries,
  alarms,
  channels,
  recordingConfigurations,
  recordings,
  stages,
  rooms,
  roomLogs,
];
