import type { CompositionEvent } from "./composition.ts";
import type { EncoderAnswer, EncoderRequest } from "./encoder-request.ts";
import type { MediaEvent } from "./events.ts";
import type { ForwardingEvent } from "./forwarding.ts";
import type { PublishDecision, PublishName, PublishRequest, PublishSecret } from "./publish.ts";
import type { RecordingContinuation, RecordingObject, RecordingStart } from "./recording.ts";

/**
 * The engine's owner, whom it asks and to whom it reports.
 *
 * Everything that crosses between the two is plain structured-clonable data: no functions, sockets,
 * streams or shared objects travel, so an engine may live in the host's process or in a worker
 * process without either side noticing.
 *
 * Names that end in `Ms` are milliseconds; `atMs` and other `…AtMs` are wall-clock milliseconds
 * since the epoch, as the engine's `now` gives them. Bitrates are bits per second, lengths and
 * offsets are bytes.
 */
export interface MediaHost {
  /**
   * Answers which secret an encoder must prove that it knows, for protocols whose handshake proves
   * one; asked before `authorizePublish`. Undefined for a name that isn't known, which the encoder
   * can't tell from a wrong secret. A host without it takes no encoders by such protocols.
   */
  publishSecret?(name: PublishName): Promise<PublishSecret | undefined>;
  /**
   * Asked before `NetStream.Publish.Start`. It must have no lasting effect: the publisher may still
   * be refused (another one is live) or vanish; `session-created` says that the broadcast with this
   * `streamId` exists. A rejection refuses the publisher; its message is published in
   * `publish-refused`, not to the encoder.
   */
  authorizePublish(request: PublishRequest): Promise<PublishDecision>;
  /**
   * Answers what an encoder asks over HTTP on a port of another protocol. Undefined: there is
   * nothing of that path, as for a host without it.
   */
  answerEncoder?(request: EncoderRequest): Promise<EncoderAnswer | undefined>;
  /** Told in order for each stream. Must not throw. */
  event(event: MediaEvent): void;
  /** Told in order for each group. Must not throw. A host without it forwards nothing. */
  forwarded?(event: ForwardingEvent): void;
  /** Told in order for each composition. Must not throw. */
  composed?(event: CompositionEvent): void;
  /**
   * Asked once for each broadcast that records, when its media is known and before any of its
   * objects is put. A rejection ends the recording as failed; the broadcast goes on. What is
   * recorded meanwhile waits.
   */
  startRecording(start: RecordingStart): Promise<RecordingContinuation>;
  /**
   * Writes one object of a recording. Called one at a time per stream, in order. Retrying is the
   * host's business: a rejection means that this write failed for good. A failed `.ts` leaves a
   * gap; a failed playlist is replaced by the next one; failed final playlists, or
   * `recordingFailuresMax` failed files in a row, fail the recording.
   */
  putRecordingObject(object: RecordingObject): Promise<void>;
}
