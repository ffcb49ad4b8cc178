import type * as ivschat from "@aws-sdk/client-ivschat";
import type { Clock } from "../../kernel/clock.ts";
import type {
  AnyOperationHandler,
  OperationName,
  OperationTable,
} from "../../kernel/operations.ts";
import { RateWindows } from "../../kernel/rate-windows.ts";
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

/**
 * The same operations, each held to AWS's rate. The server's own calls (a stack's) are free.
 */
export function limitCallRates(operations: OperationTable, clock: Clock): OperationTable {
  const windows = new RateWindows(clock);
  const limited = Object.entries(operations).map(([name, operation]) => {
    const max = ACCOUNT_RATES[name as Operation];
    const handler: AnyOperationHandler = {
      ...operation,
      handle(input, context, subject) {
        const { accountId, region, http } = context;
        if (http && !windows.take(`${name} ${accountId} ${region}`, max))
          throw throttled(name, max, accountId);
        return operation.handle(input, context, subject);
      },
    };
    return [name, handler] as const;
  });
  return Object.fromEntries(limited);
}
