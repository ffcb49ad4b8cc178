import type { RecordingContinuation, RecordingStart } from "@rolecast/media";
import type { RecordingWriter } from "../../../kernel/recordings/recording-writer.ts";
import { SerialTasks } from "../../../kernel/work/serial-tasks.ts";
import type { PlaybackRules } from "../rows/playback-rules.ts";
import type { EventSubject } from "../sessions/ivs-event.ts";
import type { RecordingRow } from "../tables.ts";

/** The stream that the engine's broadcast is to this service. */
export interface OpenedBroadcast {
  readonly subject: EventSubject;
  readonly rules: PlaybackRules;
  /** The channel takes several video tracks. */
  readonly multitrack: boolean;
  /** `fail` with a configuration that is CREATE_FAILED. */
  readonly recordingBound: "fail" | "record";
  /** Undefined when nothing is recorded. */
  readonly recording: RecordingWriter<RecordingRow> | undefined;
}

/**
 * A broadcast between `session-created` and its end. Its session and its recording are told apart
 * in two queues, so that a slow bucket doesn't delay what GetStream says.
 */
export class Broadcast {
  readonly streamId: string;
  /** The channel's ARN. */
  readonly streamName: string;
  /** Undefined when the channel had gone before the broadcast could be opened. */
  readonly opened: Promise<OpenedBroadcast | undefined>;
  readonly session: SerialTasks;
  readonly recording: SerialTasks;
  /** This node was taken for dead: the broadcast is another's to end. */
  lost = false;
  /** What `opened` resolved to, for playback, which can't wait. */
  playable: OpenedBroadcast | undefined;
  endedAtMs: number | undefined;
  /** There is none, or its end is published: a slow bucket may delay that by minutes. */
  recordingOver = false;
  starving = false;

  constructor(
    streamId: string,
    streamName: string,
    opened: Promise<OpenedBroadcast | undefined>,
    failed: (error: unknown) => void,
  ) {
    this.streamId = streamId;
    this.streamName = streamName;
    this.opened = opened;
    this.session = new SerialTasks(failed);
    this.recording = new SerialTasks(failed);
    this.session.add(async () => {
      this.playable = await opened;
    });
  }

  /** Adds a task about the session; skipped where there is none. */
  note(task: (opened: OpenedBroadcast) => Promise<void>): void {
    this.session.add(async () => {
      const opened = await this.opened;
      if (opened) await task(opened);
    });
  }

  /** Adds a task about the recording; skipped where there is none. */
  record(task: (writer: RecordingWriter<RecordingRow>) => Promise<void>): void {
    this.recording.add(async () => {
      const writer = (await this.opened)?.recording;
      if (writer) await task(writer);
    });
  }

  /** Rejects with the reason where the recording can't start. */
  startRecording(start: RecordingStart): Promise<RecordingContinuation> {
    return this.recording.run(async () => {
      const opened = await this.opened;
      if (!opened?.recording) throw new Error("The channel has gone");
      if (opened.recordingBound === "fail") {
        await opened.recording.failStart(start.startedAtMs, true);
        throw new Error("The recording configuration is CREATE_FAILED");
      }
      return await opened.recording.start(start);
    });
  }

  async drained(): Promise<void> {
    await Promise.all([this.session.drained(), this.recording.drained()]);
  }
}
