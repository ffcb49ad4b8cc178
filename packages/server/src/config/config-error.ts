/** A setting that can't be used; the message names it, its place and what would be valid. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}
