/** Work of accounts: an account's waits for its own that came before, and for nobody else's. */
export class AccountQueues {
  readonly #queues = new Map<string, Queue>();

  inOrder<Result>(account: string, work: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(account) ?? { waiting: 0, last: Promise.resolve() };
    this.#queues.set(account, queue);
    queue.waiting += 1;
    const done = queue.last.then(work).finally(() => {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#queues.delete(account);
    });
    queue.last = done.catch(() => undefined);
    return done;
  }

  /** How much of an account's waits, or is under way. */
  waiting(account: string): number {
    return this.#queues.get(account)?.waiting ?? 0;
  }
}

interface Queue {
  waiting: number;
  last: Promise<unknown>;
}
