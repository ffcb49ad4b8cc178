import { FlvUnits } from "../container/flv/flv-units.ts";
import type { Feed, IngestProtocol, ProtocolForwarding, Tap } from "../ingest/protocol.ts";
import { forwardingOf } from "../ingest/protocol-port.ts";
import { MediaError } from "../port/media-error.ts";
import type { FlvLoop } from "./flv-loop.ts";

const TURN_MS = 20;
const VIDEO = 9;

/** Publications that are films' pictures, played for each tap, as forwarding gives them. */
export class PlayedStage {
  /** By publication. */
  readonly films = new Map<string, FlvLoop>();
  readonly taps = new Map<string, Feed>();
  /** The errors of publications' taps. */
  readonly errors = new Map<string, Error>();
  readonly protocol: IngestProtocol;

  constructor() {
    const forwarding: ProtocolForwarding = {
      ...forwardingOf([]),
      tap: ({ publication }, sink) => this.#tap(publication, sink),
    };
    this.protocol = {
      ...{ name: "stage", runsInWorkers: true, connections: 0, forwarding },
      open: async () => ({ port: undefined }),
      close: async () => undefined,
    };
  }

  #tap(publication: string, sink: Feed): Tap {
    const error = this.errors.get(publication);
    if (error !== undefined) {
      throw error;
    }
    const loop = this.films.get(publication);
    if (loop === undefined) {
      throw new MediaError("refused", "there is no such publication");
    }
    const units = new FlvUnits(sink);
    for (const { type, body } of loop.headers) {
      if (type === VIDEO) {
        units.video(0, body);
      }
    }
    const play = loop.play();
    const startedAt = performance.now();
    const timer = setInterval(() => {
      for (const { type, timestampMs, body } of play(performance.now() - startedAt)) {
        if (type === VIDEO) {
          units.video(timestampMs, body);
        }
      }
    }, TURN_MS);
    this.taps.set(publication, sink);
    const close = (): void => {
      clearInterval(timer);
      this.taps.delete(publication);
    };
    const end = (message: string): void => {
      close();
      sink.end(message);
    };
    return { close, end };
  }
}
