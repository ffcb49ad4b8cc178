import type { OtherServer } from "./publish.ts";

/** A publication that another server shows, too. */
export interface PublicationMirror {
  readonly group: string;
  /** The publication must be there. */
  readonly publication: string;
  /** Chosen by the host: names the mirror, in its event too. */
  readonly session: string;
  /** The server that shows it, and the name there, which takes mirrors. */
  readonly to: OtherServer;
}

/** The publications of an engine that others show. */
export interface MediaMirrors {
  /**
   * Publishes a publication's best picture and its sound on another server, until either ends it.
   * Resolves once that server has let it in; `mirror-ended` follows then. Rejects with MediaError
   * `refused` where it isn't let in, or the publication isn't there.
   */
  openMirror(mirror: PublicationMirror): Promise<void>;
  /** False where there is no such mirror. */
  closeMirror(group: string, session: string): Promise<boolean>;
}
