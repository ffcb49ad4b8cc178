/** Makes a film's fragments of recorded files in one container. */
export interface FilmPart {
  /** The next file doesn't continue the one before it; it begins at this time of the film. */
  begin(startMs: number): void;
  /** Bytes of a file; throws MediaError for what isn't one. */
  push(bytes: Buffer): void;
  endFile(): void;
  /** There are no more files. */
  finish(): void;
  /** Hands out the bytes that are complete. */
  take(): Buffer;
}
