import { POLICY_WORDS } from "virtual:policy-words";
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  insertBracket,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { type RefObject, useEffect, useRef } from "react";
import { COLOURS, LOOK } from "./editor-look.ts";
import { type Mark, markMistakes, mistakes } from "./mistakes.ts";
import { completePolicy } from "./policy-completion.ts";

export interface CodeEditorHandle {
  /** Selects a stretch of the text, and goes there. */
  readonly select: (from: number, to: number) => void;
}

/**
 * A text of JSON in colours, with completion of what policies are made of. It lives in a shadow
 * tree: the Content-Security-Policy allows no `<style>` in the page, and there its styles are
 * adopted as objects.
 */
export function CodeEditor(props: {
  readonly label: string;
  readonly value: string;
  readonly marks: readonly Mark[];
  readonly readOnly: boolean;
  readonly handle: RefObject<CodeEditorHandle | undefined>;
  readonly onChange: (text: string) => void;
}) {
  const { label, value, marks, readOnly, handle } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const given = useRef(props);
  given.current = props;

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: given.current.value,
        extensions: [
          ...EXTENSIONS,
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) given.current.onChange(state.doc.toString());
          }),
          VARYING.of([]),
        ],
      }),
    });
    view.current = editor;
    handle.current = {
      select(from, to) {
        const { length } = editor.state.doc;
        const [anchor, head] = [from, to].map((place) => Math.min(place, length));
        editor.dispatch({
          selection: { anchor: anchor ?? 0, head: head ?? 0 },
          scrollIntoView: true,
        });
        editor.focus();
      },
    };
    return () => {
      handle.current = undefined;
      view.current = undefined;
      editor.destroy();
    };
  }, [handle]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    // The scrolled text takes the focus by itself, which not every tool knows of.
    const attributes = {
      tabindex: "0",
      "aria-label": label,
      "aria-invalid": String(marks.some(({ isAdvice }) => !isAdvice)),
    };
    view.current?.dispatch({
      effects: [
        markMistakes(marks),
        VARYING.reconfigure([
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({
            ...attributes,
            ...(readOnly ? { "aria-readonly": "true" } : {}),
          }),
        ]),
      ],
    });
  }, [label, marks, readOnly]);

  return <div ref={host} className="code-editor" />;
}

const VARYING = new Compartment();

const EXTENSIONS = [
  lineNumbers(),
  history(),
  indentOnInput(),
  bracketMatching(),
  // Before closeBrackets, which puts quotes around what is selected.
  EditorView.inputHandler.of(replaceByQuote),
  closeBrackets(),
  json(),
  syntaxHighlighting(COLOURS),
  LOOK,
  mistakes,
  autocompletion({ override: [complete], icons: false }),
  // Escape closes the proposals, and not the dialog around the editor.
  Prec.highest(keymap.of([{ key: "Escape", run: closeCompletion, stopPropagation: true }])),
  // The tabulator leaves the editor: the keyboard has to get past it.
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
];

/** A quote over a selected text replaces it: a finding selects the whole wrong text. */
function replaceByQuote(view: EditorView, from: number, to: number, text: string): boolean {
  if (text !== '"' || from === to) return false;
  view.dispatch({ changes: { from, to } });
  const quoted = insertBracket(view.state, text);
  view.dispatch(quoted ?? view.state.replaceSelection(text));
  return true;
}

function complete({ state, pos }: CompletionContext): CompletionResult | null {
  const found = completePolicy(state.doc.toString(), pos, POLICY_WORDS);
  if (!found) return null;
  const options = found.options.map((label): Completion => ({ label }));
  return { from: found.from, to: found.to, options, validFor: /^[\w:*/-]*$/ };
}
