/** A setting that can't be honoured; the message names it, where it stands and what would do. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}
