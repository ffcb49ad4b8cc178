import { MAX_TEMPLATE_BYTES } from "../document/limits.ts";
import { tooLarge } from "../document/template-error.ts";

/** Bounds what an expansion may make, so that loops in loops take neither time nor memory. */
export class ExpansionBudget {
  #left = 2 * MAX_TEMPLATE_BYTES;

  /** Counts characters or rounds. @throws TemplateError if they are too many. */
  spend(count: number): void {
    this.#left -= count;
    if (this.#left < 0 || count > MAX_TEMPLATE_BYTES) throw tooLarge();
  }
}
