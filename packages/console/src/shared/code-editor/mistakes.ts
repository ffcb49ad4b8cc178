import {
  type StateEffect as Effect,
  StateEffect,
  type StateEffectType,
  StateField,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** A stretch of the text that is wrong, or that could be better. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly isAdvice?: boolean;
}

const setMistakes: StateEffectType<readonly Mark[]> = StateEffect.define();
const UNDERLINED = Decoration.mark({ class: "cm-mistake" });
const ADVISED = Decoration.mark({ class: "cm-advice" });

/** Underlines these, and nothing else. */
export function markMistakes(marks: readonly Mark[]): Effect<readonly Mark[]> {
  return setMistakes.of(marks);
}

/** The underlined stretches; they move with the text until the next ones are given. */
export const mistakes = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    let next = shown.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMistakes)) continue;
      const { length } = transaction.state.doc;
      const ranges = effect.value
        .map(({ from, to, isAdvice }) => {
          const look = isAdvice ? ADVISED : UNDERLINED;
          return [from, Math.min(Math.max(to, from + 1), length), look] as const;
        })
        .filter(([from, to]) => from < to)
        .map(([from, to, look]) => look.range(from, to));
      next = Decoration.set(ranges, true);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
