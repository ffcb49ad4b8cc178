import { AwsError } from "../../../kernel/aws-error.ts";

/** Each holds a keyframe interval, and reads objects as fast as its client takes them. */
export const FILMS_MAX = 20;
/** Half of them, so that no account keeps all others from making any. */
export const ACCOUNT_FILMS_MAX = FILMS_MAX / 2;

/** Counts the films that are being made. */
export class FilmPlaces {
  readonly #ofAccounts = new Map<string, number>();
  #all = 0;

  /**
   * Takes a place for an account's film. The result gives it back, once.
   *
   * @throws AwsError where there is none left
   */
  take(accountId: string): () => void {
    const own = this.#ofAccounts.get(accountId) ?? 0;
    if (own >= ACCOUNT_FILMS_MAX)
      throw refusal(`The server makes at most ${ACCOUNT_FILMS_MAX} films of an account at a time.`);
    if (this.#all >= FILMS_MAX)
      throw refusal(`The server makes at most ${FILMS_MAX} films at a time.`);
    this.#all += 1;
    this.#ofAccounts.set(accountId, own + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#all -= 1;
      const left = (this.#ofAccounts.get(accountId) ?? 0) - 1;
      if (left > 0) this.#ofAccounts.set(accountId, left);
      else this.#ofAccounts.delete(accountId);
    };
  }
}

function refusal(message: string): AwsError {
  return new AwsError("LimitExceededException", message, { status: 429 });
}
