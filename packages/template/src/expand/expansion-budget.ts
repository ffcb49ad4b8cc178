import { TemplateError } from "../document/template-error.ts";

/** AWS's limit for a template whose macros are carried out. */
const MAX_EXPANDED_CHARACTERS = 1_000_000;

/** Bounds what an expansion may make, so that loops in loops take neither time nor memory. */
export class ExpansionBudget {
  #left = 2 * MAX_EXPANDED_CHARACTERS;

  /** Counts characters or rounds. @throws TemplateError if they are too many. */
  spend(count: number): void {
    this.#left -= count;
    if (this.#left < 0 || count > MAX_EXPANDED_CHARACTERS)
      throw new TemplateError("Template may not exceed 1000000 bytes in size.");
  }
}
