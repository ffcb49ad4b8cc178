import { servicesInOrder } from "../compose-services.ts";
import type { Platform } from "../platform.ts";
import { accessAnalyzer } from "./access-analyzer/index.ts";
import { cloudControl } from "./cloudcontrol/index.ts";
import { cloudformation } from "./cloudformation/index.ts";
import { cloudtrail } from "./cloudtrail/index.ts";
import { cloudwatch } from "./cloudwatch/index.ts";
import { ecr } from "./ecr/index.ts";
import { events } from "./events/index.ts";
import { iam } from "./iam/index.ts";
import { iamToolbox } from "./iam-toolbox/index.ts";
import { ivs } from "./ivs/index.ts";
import { ivsChat } from "./ivs-chat/index.ts";
import { ivsRealTime } from "./ivs-realtime/index.ts";
import { kms } from "./kms/index.ts";
import { organizations } from "./organizations/index.ts";
import { rolecast } from "./rolecast/index.ts";
import { s3Control } from "./s3/control/index.ts";
import { s3 } from "./s3/index.ts";
import { ssm } from "./ssm/index.ts";
import { sts } from "./sts/index.ts";

/**
 * All services, each after those whose ports it needs. They are created and started in this order
 * and closed from the end. EventBridge and CloudWatch receive from those after them until these
 * are closed.
 */
export const SERVICES = servicesInOrder<Platform>()([
  iam,
  organizations,
  iamToolbox,
  sts,
  accessAnalyzer,
  events,
  cloudwatch,
  kms,
  s3,
  s3Control,
  ssm,
  ecr,
  cloudtrail,
  ivs,
  ivsRealTime,
  ivsChat,
  cloudformation,
  cloudControl,
  rolecast,
]);
