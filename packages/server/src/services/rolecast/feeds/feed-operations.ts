import type { Authorization } from "../../../kernel/authorization.ts";
import type { EventLog } from "../../../kernel/event-log.ts";
import type { OperationHandler, OperationTable } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import type { FeedReaders, FeedSource } from "./feed-readers.ts";

/** Passes JSON texts to `read`, kept ones first; returns a function that stops it. */
export type TextFeed = (read: (json: string) => void) => () => void;
/** The same, of one account alone. */
export type AccountFeed = (accountId: string, read: (json: string) => void) => () => void;

export interface FeedDependencies {
  readonly readers: FeedReaders;
  readonly events: EventLog;
  /** The server's log, which is about all accounts. */
  readonly logs: TextFeed;
  readonly decisions: AccountFeed;
  /** CloudTrail's records. */
  readonly records: AccountFeed;
  /** Makes the authorization of an action on the whole server. */
  readonly serverWide: (action: string) => Authorization;
}

interface EventsInput {
  readonly After?: string;
  readonly LastEventId?: string;
}

/** Operations that stream feeds as long as a reader listens, to each account its own. */
export function feedOperations(deps: FeedDependencies): OperationTable {
  const { events, readers } = deps;
  const ReadEvents: OperationHandler<EventsInput, object> = {
    authorize: () => ({ action: "rolecast:ReadEvents", resource: "*" }),
    handle: ({ After, LastEventId }, context) => {
      const accountId = requireAccount(context);
      const after = Number(LastEventId ?? After ?? 0);
      return answer(
        readers,
        context,
        "events of AWS services, one JSON object each",
        (write, drained) =>
          readEvents(
            events,
            { accountId, after: Number.isFinite(after) ? after : 0 },
            write,
            drained,
          ),
      );
    },
  };
  const ReadLogs: OperationHandler<object, object> = {
    authorize: () => deps.serverWide("rolecast:ReadLogs"),
    handle: (_input, context) => textFeed(readers, context, deps.logs),
  };
  return {
    ReadEvents,
    ReadLogs,
    ReadDecisions: ownFeed("rolecast:ReadDecisions", deps.decisions, readers),
    ReadCloudTrail: ownFeed("rolecast:ReadCloudTrail", deps.records, readers),
  };
}

/** Continues only when the reader has taken what it was sent; the log waits for it. */
function readEvents(
  events: EventLog,
  { accountId, after }: { readonly accountId: string; readonly after: number },
  ...[write, drained]: Parameters<FeedSource>
): () => void {
  let last = after;
  let isFull = false;
  const pump = () => {
    while (!isFull) {
      const next = events.next(last, accountId);
      if (!next) return;
      last = next.sequence;
      isFull = !write(`id: ${next.sequence}\ndata: ${next.json.toString()}\n\n`);
    }
  };
  drained(() => {
    isFull = false;
    pump();
  });
  pump();
  return events.onEvent(pump);
}

function ownFeed(
  action: string,
  feed: AccountFeed,
  readers: FeedReaders,
): OperationHandler<object, object> {
  return {
    authorize: () => ({ action, resource: "*" }),
    handle: (_input, context) => {
      const accountId = requireAccount(context);
      return textFeed(readers, context, (read) => feed(accountId, read));
    },
  };
}

function textFeed(readers: FeedReaders, context: RequestContext, feed: TextFeed): object {
  return answer(readers, context, "one JSON object each", (write) =>
    feed((json) => write(`data: ${json}\n\n`)),
  );
}

function answer(
  readers: FeedReaders,
  context: RequestContext,
  title: string,
  subscribe: FeedSource,
): object {
  const { headers } = context.response;
  headers["content-type"] = "text/event-stream";
  headers["cache-control"] = "no-store";
  const accountId = requireAccount(context);
  const recheck = () => context.recheck();
  return { Body: readers.open({ accountId, title, subscribe, recheck }) };
}
