/** Rates are measured over this. */
const PERIOD_MS = 1_000;

/** Measures bits and pictures per second. */
export class RateMeter {
  #sinceMs: number | undefined;
  #bytes = 0;
  #pictures = 0;
  #bitrate = 0;
  #framesPerSecond = 0;

  get bitrate(): number {
    return this.#bitrate;
  }

  get framesPerSecond(): number {
    return this.#framesPerSecond;
  }

  add(bytes: number, endsPicture: boolean, nowMs: number): void {
    this.tick(nowMs);
    this.#sinceMs ??= nowMs;
    this.#bytes += bytes;
    this.#pictures += endsPicture ? 1 : 0;
  }

  /** Called now and then, so that a source that has fallen silent has a rate of 0. */
  tick(nowMs: number): void {
    const lasted = nowMs - (this.#sinceMs ?? nowMs);
    if (lasted >= PERIOD_MS) {
      this.#bitrate = Math.round((this.#bytes * 8_000) / lasted);
      this.#framesPerSecond = Math.round((this.#pictures * 1_000) / lasted);
      this.#bytes = 0;
      this.#pictures = 0;
      this.#sinceMs = nowMs;
    }
  }
}
