import { applyMode, Mode } from "@cloudscape-design/global-styles";

const MODE_ITEM = "rolecast.mode";

/** Dark or light: as chosen last, otherwise as the system prefers. */
export function isDark(): boolean {
  const stored = window.localStorage.getItem(MODE_ITEM);
  if (stored !== null) return stored === "dark";
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

export function applyStoredMode(): void {
  show(isDark());
}

export function chooseMode(dark: boolean): void {
  window.localStorage.setItem(MODE_ITEM, dark ? "dark" : "light");
  show(dark);
}

function show(dark: boolean): void {
  applyMode(dark ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}
