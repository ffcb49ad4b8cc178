import { alarms } from "./cloudwatch-alarms.ts";
import { rules } from "./events-rules.ts";
import { managedPolicies } from "./iam-policies.ts";
import { roles } from "./iam-roles.ts";
import { users } from "./iam-users.ts";
import { channels } from "./ivs-channels.ts";
import { roomLogs } from "./ivs-chat-logs.ts";
import { rooms } from "./ivs-chat-rooms.ts";
import { recordingConfigurations } from "./ivs-recording-configurations.ts";
import { keys } from "./kms.ts";
import type { Model } from "./model.ts";
import { objects } from "./s3-objects.ts";
import { parameters } from "./ssm.ts";

/** Every service's models, a line each. */
export const MODELS: readonly Model[] = [
  users,
  roles,
  managedPolicies,
  objects,
  parameters,
  keys,
  channels,
  recordingConfigurations,
  rooms,
  roomLogs,
  alarms,
  rules,
];
