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

interface FeedInput {
  /** Whether later items follow those that are kept; true if left out. */
  readonly Follow?: boolean;
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
  const ReadLogs: OperationHandler<FeedInput, object> = {
    authorize: () => deps.serverWide("rolecast:ReadLogs"),
    handle: (input, context) => textFeed(readers, context, deps.logs, input),
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
): OperationHandler<FeedInput, object> {
  return {
    authorize: () => ({ action, resource: "*" }),
    handle: (input, context) => {
      const accountId = requireAccount(context);
      return textFeed(readers, context, (read) => feed(accountId, read), input);
    },
  };
}

function textFeed(
  readers: FeedReaders,
  context: RequestContext,
  feed: TextFeed,
  { Follow = true }: FeedInput,
): object {
  if (!Follow) return keptTexts(context, feed);
  return answer(readers, context, "one JSON object each", (write) =>
    feed((json) => write(`data: ${json}\n\n`)),
  );
}

/** Answers what a feed passes on at once, which is what it keeps. */
function keptTexts(context: RequestContext, feed: TextFeed): object {
  const texts: string[] = [];
  feed((json) => texts.push(`data: ${json}\n\n`))();
  setFeedHeaders(context);
  return { Body: texts.join("") };
}

function setFeedHeaders({ response: { headers } }: RequestContext): void {
  headers["content-type"] = "text/event-stream";
  headers["cache-control"] = "no-store";
}

function answer(
  readers: FeedReaders,
  context: RequestContext,
  title: string,
  subscribe: FeedSource,
): object {
  setFeedHeaders(context);
  const accountId = requireAccount(context);
  const recheck = () => context.recheck();
  return { Body: readers.open({ accountId, title, subscribe, recheck }) };
}
