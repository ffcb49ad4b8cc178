import { type Encoder, type Film, makeFilm, publish } from "../../test/scenarios/ivs/encoder.ts";

const SHORT_SECONDS = 6;
const LONG_SECONDS = 60;

/** Films that the campaign streams: one that ends meanwhile, and one that is cut. */
export async function makeFilms(): Promise<readonly Film[]> {
  return [await makeFilm(SHORT_SECONDS), await makeFilm(LONG_SECONDS)];
}

/** An encoder that can be asked whether it still sends. */
export class Publisher {
  #isOver = false;
  readonly #encoder: Encoder;
  readonly ended: Promise<unknown>;

  constructor(film: Film, url: string, speed: number) {
    this.#encoder = publish(film, url, speed);
    this.ended = this.#encoder.ended.then(() => {
      this.#isOver = true;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** As if the plug were pulled. */
  async kill(): Promise<void> {
    this.#encoder.kill();
    await this.ended;
  }
}
