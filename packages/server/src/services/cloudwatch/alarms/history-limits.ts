import type { Store } from "../../../kernel/store.ts";
import { forgetHistory, historyPlaceAfter, newestBeyond } from "../rows/alarm-history.ts";
import type { CloudWatchTables } from "../tables.ts";

const HOUR_MS = 3_600_000;
/** Source: CloudWatch user guide: an alarm's history is kept for 30 days. */
const KEPT_MS = 30 * 24 * HOUR_MS;
/** Items of an account's Region; ours. */
const KEPT_MAX = 50_000;
/** The limits are applied each hour, and as soon as so many items came. */
const APPLY_AFTER = 5_000;

/** Bounds the history of alarms: by age, and by its items in each account's Region. */
export class HistoryLimits {
  readonly #store: Store<CloudWatchTables>;
  readonly #keptMax: number;
  readonly #applyAfter: number;
  #appliedMs = 0;
  #noted = 0;

  constructor(store: Store, { keptMax = KEPT_MAX, applyAfter = APPLY_AFTER } = {}) {
    this.#store = store.tables<CloudWatchTables>();
    this.#keptMax = keptMax;
    this.#applyAfter = applyAfter;
  }

  /** An item was committed. */
  noted(): void {
    this.#noted += 1;
  }

  /** Goes from place to place by the index, which costs nothing how long a history is. */
  async apply(nowMs: number): Promise<void> {
    if (nowMs - this.#appliedMs < HOUR_MS && this.#noted < this.#applyAfter) return;
    this.#appliedMs = nowMs;
    this.#noted = 0;
    let place = await historyPlaceAfter({ account_id: "", region: "" }, this.#store.db);
    while (place) {
      const of = place;
      const beyondMs = await newestBeyond(this.#keptMax, of, this.#store.db);
      const untilMs = Math.max(nowMs - KEPT_MS - 1, beyondMs ?? 0);
      await this.#store.transaction(({ db }) => forgetHistory(of, untilMs, db));
      place = await historyPlaceAfter(of, this.#store.db);
    }
  }
}
