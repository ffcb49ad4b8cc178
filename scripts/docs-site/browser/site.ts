import { addOperationsFilter } from "./operations-filter.ts";
import { pageAddress } from "./page-address.ts";
import { addSearch } from "./search.ts";

const root = document.documentElement;

function element<T extends HTMLElement>(selector: string, type: new () => T): T {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page lacks ${selector}`);
  return found;
}

function addThemeSwitch(): void {
  const button = element("#theme", HTMLButtonElement);
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.style.colorScheme || (system.matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  system.addEventListener("change", show);
  button.addEventListener("click", () => {
    root.style.colorScheme = isDark() ? "light" : "dark";
    localStorage.setItem("rolecast-theme", root.style.colorScheme);
    show();
  });
  show();
  button.hidden = false;
}

function addMenu(): void {
  const button = element("#menu", HTMLButtonElement);
  const set = (open: boolean) => button.setAttribute("aria-expanded", String(open));
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    set(false);
    button.focus();
  });
  button.hidden = false;
}

/**
 * The lines of a terminal's session that were typed: the lines after a prompt, and their
 * continuations.
 */
function copyableText(pre: HTMLElement): string {
  const text = pre.textContent ?? "";
  if (pre.dataset.language !== "console") return text;
  const typed: string[] = [];
  let continues = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("$ ")) typed.push(line.slice(2));
    else if (continues) typed.push(line);
    continues = (line.startsWith("$ ") || continues) && line.endsWith("\\");
  }
  return typed.join("\n");
}

/** Browsers give the clipboard to pages from this machine and over HTTPS alone. */
async function copy(text: string): Promise<void> {
  if ("clipboard" in navigator) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("The browser refuses the clipboard.");
}

function addCopyButtons(): void {
  for (const pre of document.querySelectorAll<HTMLElement>("pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      button.textContent = await copy(copyableText(pre)).then(
        () => "Copied",
        () => "Not copied",
      );
      setTimeout(() => {
        button.textContent = "Copy";
      }, 2_000);
    });
    pre.after(button);
  }
}

function nameFiles(): void {
  for (const link of document.querySelectorAll("a"))
    link.setAttribute("href", pageAddress(link.getAttribute("href") ?? ""));
}

/** Content that is wider than its column can be scrolled with the keyboard too. */
function makeScrollable(): void {
  for (const box of document.querySelectorAll<HTMLElement>("pre, .table")) {
    const wide = box.scrollWidth > box.clientWidth;
    box.toggleAttribute("tabindex", wide);
    if (!wide) continue;
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", box.matches("pre") ? "Code, scrollable" : "Table, scrollable");
  }
}

nameFiles();
addThemeSwitch();
addMenu();
addCopyButtons();
makeScrollable();
if (/\/operations(?:\.html)?$/.test(location.pathname))
  addOperationsFilter(element("main", HTMLElement));
addEventListener("resize", makeScrollable);
const search = element("#search", HTMLInputElement);
addSearch(element('[role="search"]', HTMLFormElement), search, element("#found", HTMLElement));
if ("missing" in root.dataset) {
  search.value =
    location.pathname
      .split("/")
      .at(-1)
      ?.replace(/\.html$/, "") ?? "";
  search.dispatchEvent(new Event("input"));
}
