import type { MediaEvent, SessionEndReason } from "@rolecast/media";
import type { Log } from "../../../kernel/ports/log.ts";
import type { IvsOccurrence, OccurrenceFacts, StreamStateName } from "../sessions/ivs-event.ts";
import type { SessionJournal } from "../sessions/session-journal.ts";
import type { Broadcast } from "./broadcast.ts";

/** The events that the engine gives of a broadcast after its beginning. */
type BroadcastEvent = Exclude<
  MediaEvent,
  {
    type: "publish-refused" | "session-created" | "recording-interrupted" | "recording-progress";
  }
>;

/** Source: IVS API Reference, StreamEvent, `code`. */
const SESSION_CODES: Readonly<Partial<Record<SessionEndReason, string>>> = {
  "multitrack-not-allowed": "MultitrackInputNotAllowed",
  "multitrack-required": "MultitrackInputRequired",
  "multitrack-track-count": "InvalidMultitrackInputTrackCount",
  "multitrack-track-media": "InvalidMultitrackInputVideoTrackMediaProperties",
};

/**
 * Those of channels that take several video tracks: AWS lets the encoder's configuration decide on
 * the codec.
 */
const MULTITRACK_CODES: typeof SESSION_CODES = {
  ...SESSION_CODES,
  "video-codec": "InvalidMultitrackInputVideoTrackMediaProperties",
};

const TAKEOVER_CODES = {
  "media-mismatch": "StreamTakeoverMediaMismatch",
  "invalid-priority": "StreamTakeoverInvalidPriority",
  "too-many-takeovers": "StreamTakeoverLimitBreached",
} as const;

const FAILURE_REASONS = {
  "transcode-capacity": "Transcode capacity exceeded. Please try again.",
} as const;

/** Source: IVS user guide, "Using Amazon EventBridge with Amazon IVS". */
const BREACHED_LIMITS = {
  bitrate: { name: "Ingest Bitrate", unit: "bits per second" },
  pixels: { name: "Ingest Resolution", unit: "total pixels" },
  edge: { name: "Ingest Resolution", unit: "pixels per edge" },
} as const;

/**
 * Any other has a cause that the encoder can't show its user: the log does, where AWS has no code
 * for it.
 */
const EVERYDAY_ENDS: ReadonlySet<SessionEndReason> = new Set([
  "publisher-finished",
  "connection-lost",
  "stopped",
  "idle",
  "engine-closed",
]);

/** Puts an event of the engine into AWS's words, in the order in which they came. */
export function publishBroadcastEvents(
  event: BroadcastEvent,
  broadcast: Broadcast,
  journal: SessionJournal,
  log: Log,
): void {
  const { atMs } = event;
  const state = (name: StreamStateName, rest: Partial<OccurrenceFacts> = {}): IvsOccurrence => ({
    type: "IVS Stream State Change",
    name,
    atMs,
    ...rest,
  });
  switch (event.type) {
    case "media-info":
      broadcast.note(({ subject }) =>
        journal.record(subject, { media: JSON.stringify(event.media) }),
      );
      break;
    case "stream-start":
      broadcast.note(({ subject }) =>
        journal.record(subject, { started_at_ms: atMs, health: "HEALTHY" }, state("Stream Start")),
      );
      break;
    case "stream-failure": {
      const reason = FAILURE_REASONS[event.reason];
      const failure = state("Stream Failure", { failure: true, detail: { reason } });
      broadcast.note(({ subject }) => journal.record(subject, {}, failure));
      break;
    }
    case "limit-breach": {
      const { limitValue, exceededBy } = event;
      const { name, unit } = BREACHED_LIMITS[event.limit];
      const detail = { limit_value: limitValue, exceeded_by: exceededBy, limit_unit: unit };
      const breach: IvsOccurrence = { type: "IVS Limit Breach", name, failure: true, atMs, detail };
      broadcast.note(({ subject }) => journal.record(subject, {}, breach));
      break;
    }
    case "ad-break": {
      const inserted: IvsOccurrence = {
        type: "IVS Ad Break State Change",
        name: "Ad Break Inserted",
        atMs,
        detail: {
          ad_break_id: event.id,
          duration_seconds: event.durationMs / 1_000,
          target_start_time: new Date(event.startMs).toISOString(),
        },
      };
      broadcast.note(({ subject }) => journal.record(subject, {}, inserted));
      break;
    }
    case "health":
      tellHealth(event, broadcast, journal);
      break;
    case "stream-takeover":
      broadcast.note(({ subject }) =>
        journal.record(subject, { priority: event.priority }, state("Stream Takeover")),
      );
      break;
    case "stream-takeover-failed": {
      const failure = state("Stream Takeover Failure", {
        code: TAKEOVER_CODES[event.reason],
        failure: true,
      });
      broadcast.note(({ subject }) => journal.record(subject, {}, failure));
      break;
    }
    case "stream-end":
      broadcast.note(({ subject }) => journal.record(subject, {}, state("Stream End")));
      break;
    case "session-ended":
      log[EVERYDAY_ENDS.has(event.reason) ? "info" : "warn"](
        { streamId: event.streamId, reason: event.reason },
        event.message,
      );
      broadcast.note(async ({ subject, multitrack }) => {
        broadcast.endedAtMs = atMs;
        const code = (multitrack ? MULTITRACK_CODES : SESSION_CODES)[event.reason];
        const ended = state("Session Ended", code === undefined ? {} : { code, failure: true });
        await journal.record(subject, { ended_at_ms: atMs }, ended);
      });
      break;
    case "recording-complete":
      broadcast.record((writer) => writer.end(atMs, event.durationMs));
      recordingOver(broadcast);
      break;
    case "recording-failed":
      broadcast.record((writer) => writer.fail(atMs, event.durationMs));
      recordingOver(broadcast);
      break;
    case "recording-opened":
      // Publications' recordings have another host.
      break;
    case "recording-gap": {
      const { streamId, path, message } = event;
      log.warn({ streamId, path, message }, "A file of a recording was lost");
      break;
    }
    default:
      event satisfies never;
  }
}

/** Also when its end couldn't be recorded: nothing more comes of it. */
function recordingOver(broadcast: Broadcast): void {
  broadcast.recording.add(async () => {
    broadcast.recordingOver = true;
  });
}

/** Starvation is published when it begins and when it ends, not with every change of warnings. */
function tellHealth(
  { health, atMs }: Extract<BroadcastEvent, { type: "health" }>,
  broadcast: Broadcast,
  journal: SessionJournal,
): void {
  const starving = health === "STARVING";
  const changed = broadcast.starving !== starving;
  broadcast.starving = starving;
  const name = starving ? "Starvation Start" : "Starvation End";
  const change: IvsOccurrence = { type: "IVS Stream Health Change", name, atMs };
  broadcast.note(({ subject }) =>
    journal.record(subject, { health }, ...(changed ? [change] : [])),
  );
}
