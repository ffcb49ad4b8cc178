import { MAX_TEMPLATE_BYTES, MAX_VALUES } from "../document/limits.ts";
import { tooLarge, tooManyValues } from "../document/template-error.ts";
import { countValues, type Value } from "../document/value.ts";

/** Bounds what an expansion may make, so that loops in loops take neither time nor memory. */
export class ExpansionBudget {
  #left = 2 * MAX_TEMPLATE_BYTES;
  #valuesLeft = MAX_VALUES;

  /** Counts characters or rounds. @throws TemplateError if they are too many. */
  spend(count: number): void {
    this.#left -= count;
    if (this.#left < 0 || count > MAX_TEMPLATE_BYTES) throw tooLarge();
  }

  /** Counts so many copies of a value before they are made. @throws TemplateError */
  spendCopies(copies: number, value: Value): void {
    this.#valuesLeft -= copies * countValues(value, MAX_VALUES);
    if (this.#valuesLeft < 0) throw tooManyValues();
  }
}
