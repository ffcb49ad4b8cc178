import { MediaError } from "../port/media-error.ts";
import type { OtherServer, RefusedPublish } from "../port/publish.ts";

/** A refusal here by a host that names the server to which the encoder can be handed on. */
export class PublishElsewhereError extends MediaError {
  readonly server: OtherServer;

  constructor(reason: string, server: OtherServer) {
    super("refused", reason);
    this.server = server;
  }
}

/** A host's refusal as what `IngestPort.publish` rejects with. */
export function refusalOf({ reason, at }: RefusedPublish): MediaError {
  return at ? new PublishElsewhereError(reason, at) : new MediaError("refused", reason);
}
