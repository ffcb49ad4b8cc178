import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The colours come from console.css, which knows the dark mode. */
export const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-name)" },
  { tag: tags.string, color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-value)" },
]);

export const LOOK = EditorView.theme({
  "&": {
    border: "1px solid currentColor",
    borderRadius: "8px",
    backgroundColor: "transparent",
    color: "inherit",
  },
  "&.cm-focused": { outline: "2px solid var(--code-name)" },
  ".cm-scroller": {
    minHeight: "240px",
    maxHeight: "496px",
    fontFamily: 'ui-monospace, "DejaVu Sans Mono", monospace',
    fontSize: "13px",
    lineHeight: "20px",
  },
  ".cm-content": { caretColor: "currentColor", tabSize: "2" },
  ".cm-gutters": {
    border: "0",
    borderRadius: "8px 0 0 8px",
    backgroundColor: "var(--code-ground)",
    color: "var(--code-number)",
  },
  ".cm-mistake": { textDecoration: "underline wavy #d91515 1.5px", textUnderlineOffset: "3px" },
  ".cm-advice": { textDecoration: "underline wavy #8d6605 1.5px", textUnderlineOffset: "3px" },
  "&.cm-focused .cm-matchingBracket, .cm-matchingBracket": {
    outline: "1px solid currentColor",
    backgroundColor: "transparent",
  },
  ".cm-tooltip": { backgroundColor: "var(--code-ground)", color: "inherit" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "220px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--code-chosen)",
    color: "var(--code-on-chosen)",
  },
});
