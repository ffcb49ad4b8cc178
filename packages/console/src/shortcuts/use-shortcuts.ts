import { useEffect, useRef } from "react";
import { type ShortcutAction, shortcutOf } from "./shortcuts.ts";

const SINGLE_ITEM = "rolecast.shortcuts";
/** A second key belongs to the first within this time. */
const SEQUENCE_MS = 1_500;

/** Whether keys without Ctrl or ⌘ do something: who speaks to the browser may switch them off. */
export function areSingleKeysOn(): boolean {
  return window.localStorage.getItem(SINGLE_ITEM) !== "off";
}

export function switchSingleKeys(on: boolean): void {
  if (on) window.localStorage.removeItem(SINGLE_ITEM);
  else window.localStorage.setItem(SINGLE_ITEM, "off");
}

/** Calls back for the shortcuts that somebody presses anywhere. */
export function useShortcuts(onAction: (action: ShortcutAction) => void): void {
  const latest = useRef(onAction);
  latest.current = onAction;
  useEffect(() => {
    let before: { readonly key: string; readonly atMs: number } | undefined;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const nowMs = event.timeStamp;
      const first = before && nowMs - before.atMs < SEQUENCE_MS ? before.key : undefined;
      before = { key: event.key, atMs: nowMs };
      const state = { typing: isBusy(event.target), single: areSingleKeysOn() };
      const action = shortcutOf(event, first, state);
      if (action === undefined) return;
      event.preventDefault();
      latest.current(action);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

/** Somebody types, or a dialog is open: single keys are theirs. */
function isBusy(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest("input, textarea, select, [role=dialog], [role=listbox], [role=menu]") !== null
  );
}
