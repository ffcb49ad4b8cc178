import type * as ivs from "@aws-sdk/client-ivs";
import type { Clock } from "../../kernel/clock.ts";
import { LruMap } from "../../kernel/lru-map.ts";
import type {
  AnyOperationHandler,
  OperationName,
  OperationTable,
} from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { throttled } from "./errors.ts";

/** The SDK has a class `$Command` too. */
type Operation = Exclude<OperationName<typeof ivs>, "$">;

/**
 * Calls a second of an account in a Region. Source: IVS user guide, "Service Quotas", "API call
 * rate quotas"; none can be raised. Those of ad configurations and breaks aren't published: here
 * they are a channel's.
 */
const ACCOUNT_RATES: Readonly<Record<Operation, number>> = {
  BatchGetChannel: 5,
  CreateChannel: 5,
  DeleteChannel: 5,
  GetChannel: 5,
  ListChannels: 5,
  UpdateChannel: 5,
  CreatePlaybackRestrictionPolicy: 5,
  DeletePlaybackRestrictionPolicy: 5,
  GetPlaybackRestrictionPolicy: 5,
  ListPlaybackRestrictionPolicies: 5,
  UpdatePlaybackRestrictionPolicy: 5,
  DeletePlaybackKeyPair: 3,
  GetPlaybackKeyPair: 3,
  ImportPlaybackKeyPair: 3,
  ListPlaybackKeyPairs: 3,
  BatchStartViewerSessionRevocation: 2,
  StartViewerSessionRevocation: 10,
  CreateRecordingConfiguration: 3,
  DeleteRecordingConfiguration: 3,
  GetRecordingConfiguration: 3,
  ListRecordingConfigurations: 3,
  GetStream: 5,
  GetStreamSession: 5,
  ListStreams: 5,
  ListStreamSessions: 5,
  PutMetadata: 155,
  StopStream: 5,
  BatchGetStreamKey: 5,
  CreateStreamKey: 5,
  DeleteStreamKey: 5,
  GetStreamKey: 5,
  ListStreamKeys: 5,
  ListTagsForResource: 10,
  TagResource: 10,
  UntagResource: 10,
  CreateAdConfiguration: 5,
  DeleteAdConfiguration: 5,
  GetAdConfiguration: 5,
  ListAdConfigurations: 5,
  UpdateAdConfiguration: 5,
  InsertAdBreak: 5,
};
/** PutMetadata has a rate for each channel beside its account's. */
const METADATA_CALLS_PER_CHANNEL = 5;
const WINDOW_MS = 1_000;
const COUNTED_MAX = 10_000;

/**
 * The same operations, each held to AWS's rate. The server's own calls (a seed file's) are free.
 */
export function limitCallRates(operations: OperationTable, clock: Clock): OperationTable {
  const rates = new CallRates(clock);
  const limited = Object.entries(operations).map(([name, operation]) => {
    const handler: AnyOperationHandler = {
      ...operation,
      handle(input, context, subject) {
        if (context.http) rates.note(name as Operation, input, context);
        return operation.handle(input, context, subject);
      },
    };
    return [name, handler] as const;
  });
  return Object.fromEntries(limited);
}

/** Counts calls within the last second. */
class CallRates {
  readonly #clock: Clock;
  /** When the latest calls were, the oldest first; at most as many as are allowed. */
  readonly #calls = new LruMap<string, number[]>(COUNTED_MAX);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws ThrottlingException for a call too many. */
  note(
    operation: Operation,
    { channelArn }: { readonly channelArn?: string },
    { accountId, region }: RequestContext,
  ): void {
    if (operation === "PutMetadata" && channelArn !== undefined)
      this.#count(operation, channelArn, channelArn, METADATA_CALLS_PER_CHANNEL);
    this.#count(operation, `${accountId} ${region}`, accountId, ACCOUNT_RATES[operation]);
  }

  #count(operation: string, counted: string, resource: string, max: number): void {
    const nowMs = this.#clock.nowMs();
    const key = `${operation} ${counted}`;
    const calls = (this.#calls.get(key) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS);
    this.#calls.set(key, calls);
    if (calls.length >= max) throw throttled(operation, max, resource);
    calls.push(nowMs);
  }
}
