import type { Feed, IngestProtocol, ProtocolForwarding, Tap } from "../ingest/protocol.ts";
import type { UntimedForwardingEvent } from "../port/forwarding.ts";
import { MediaError } from "../port/media-error.ts";
import type { MediaUnit, TrackConfig } from "../port/media-unit.ts";
import type { MediaMirrors, PublicationMirror } from "../port/mirror.ts";

interface OpenMirror {
  readonly group: string;
  /** Ends it for this reason. */
  readonly end: (message: string) => void;
}

export interface PublicationMirrorsOptions {
  readonly protocols: readonly IngestProtocol[];
  readonly forwarding: ProtocolForwarding;
  readonly publish: (event: UntimedForwardingEvent) => void;
}

/** The publications of this process that other servers show. */
export class PublicationMirrors implements MediaMirrors {
  readonly #options: PublicationMirrorsOptions;
  /** By session. */
  readonly #open = new Map<string, OpenMirror>();

  constructor(options: PublicationMirrorsOptions) {
    this.#options = options;
  }

  async openMirror({ to, ...mirror }: PublicationMirror): Promise<void> {
    const { protocols, forwarding } = this.#options;
    const protocol = protocols.find(({ sendTo }) => sendTo !== undefined);
    if (protocol?.sendTo === undefined) {
      throw new MediaError("refused", "no protocol is open that sends media to other servers");
    }
    const { group, publication, session } = mirror;
    let ended: string | undefined;
    const over = (message: string): void => {
      ended ??= message;
      this.#end(mirror, message);
    };
    const feed = await protocol.sendTo(to, over);
    let tap: Tap | undefined;
    const end = (message: string): void => {
      tap?.close();
      feed.end(message);
    };
    this.#open.set(session, { group, end });
    try {
      const sink = sinkOf(feed, over);
      tap = forwarding.tap({ group, publication, fromBeginning: true }, sink);
    } catch (error) {
      this.#open.delete(session);
      feed.end("there is no such publication");
      throw error;
    }
    if (ended !== undefined) {
      this.#end(mirror, ended);
    }
  }

  async closeMirror(group: string, session: string): Promise<boolean> {
    const open = this.#open.get(session);
    if (open?.group !== group) {
      return false;
    }
    this.#end({ group, publication: "", session }, "it was closed");
    return true;
  }

  #end(mirror: Omit<PublicationMirror, "to">, message: string): void {
    const open = this.#open.get(mirror.session);
    if (this.#open.delete(mirror.session)) {
      open?.end(message);
      this.#options.publish({ ...mirror, type: "mirror-ended", message });
    }
  }
}

/** Passes on what a tap gives, until that is over. */
function sinkOf(feed: Feed, over: (message: string) => void): Feed {
  return {
    takes: feed.takes,
    configure: (tracks: readonly TrackConfig[]) => feed.configure(tracks),
    write: (unit: MediaUnit) => feed.write(unit),
    end: over,
  };
}
