import type * as ivschat from "@aws-sdk/client-ivschat";
import type { OperationName } from "../../kernel/operations.ts";
import type { CallLimits } from "../../kernel/tagged-resources/call-rates.ts";
import { throttled } from "./errors.ts";

/** The SDK has a class `$Command` too. */
type Operation = Exclude<OperationName<typeof ivschat>, "$">;

/**
 * Calls a second of an account in a Region. Source: IVS Chat user guide, "Service Quotas", "API
 * call rate quotas"; none can be raised.
 */
const ACCOUNT_RATES: Readonly<Record<Operation, number>> = {
  CreateChatToken: 200,
  SendEvent: 100,
  DeleteMessage: 100,
  DisconnectUser: 100,
  CreateRoom: 5,
  DeleteRoom: 5,
  GetRoom: 5,
  ListRooms: 5,
  UpdateRoom: 5,
  CreateLoggingConfiguration: 3,
  DeleteLoggingConfiguration: 3,
  GetLoggingConfiguration: 3,
  ListLoggingConfigurations: 3,
  UpdateLoggingConfiguration: 3,
  ListTagsForResource: 10,
  TagResource: 10,
  UntagResource: 10,
};

export const chatCallLimits: CallLimits = { ofAccount: ACCOUNT_RATES, throttled };
