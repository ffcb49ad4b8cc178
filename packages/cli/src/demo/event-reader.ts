import { jsonOf } from "../connection.ts";
import { fetchSigned, refusal, type Signer } from "../signed-request.ts";

/** An event of EventBridge's shape. */
export interface DemoEvent {
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Collects what `/_rolecast/events` sends. */
export class EventReader {
  readonly #events: DemoEvent[] = [];
  #failure: unknown;
  readonly #abort = new AbortController();

  /** `signer` is whose events are read. */
  constructor(signer: Signer) {
    this.#read(signer).catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** The first event of a recording with that status in that stream. */
  recording(status: string, streamId: string): DemoEvent | undefined {
    return this.events.find(
      ({ detail }) => detail.recording_status === status && detail.stream_id === streamId,
    );
  }

  /** The first event with that name about a participant of a stage. */
  participant(name: string, participantId: string): DemoEvent | undefined {
    return this.events.find(
      ({ detail }) => detail.event_name === name && detail.participant_id === participantId,
    );
  }

  /** Throws why no more of them come. */
  get events(): readonly DemoEvent[] {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#events;
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(signer: Signer): Promise<void> {
    try {
      const { signal } = this.#abort;
      const response = await fetchSigned(signer, { path: "/_rolecast/events", signal });
      if (!response.ok) throw refusal(response, await jsonOf(response));
      let text = "";
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("data: ")) this.#events.push(JSON.parse(line.slice(6)) as DemoEvent);
        }
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }
}
