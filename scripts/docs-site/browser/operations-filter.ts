/** A service's heading, with the link to it. */
const SECTION = ".heading:has(h2)";

/**
 * A field above the page of operations that leaves those whose names have what is typed, with the
 * services that they belong to.
 */
export function addOperationsFilter(main: HTMLElement): void {
  const heading = main.querySelector(".heading:has(h1), h1");
  if (!heading) return;
  const lists = [...main.querySelectorAll<HTMLElement>(`${SECTION} ~ p`)].map((paragraph) => ({
    paragraph,
    whole: [...paragraph.childNodes],
    text: paragraph.textContent ?? "",
  }));
  const field = document.createElement("input");
  field.type = "search";
  field.className = "filter";
  field.placeholder = "Filter operations, such as ListRole";
  field.setAttribute("aria-label", "Filter operations");
  const found = document.createElement("p");
  found.setAttribute("role", "status");
  heading.after(field, found);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let count = 0;
    for (const { paragraph, whole, text } of lists) {
      const names = wanted === "" ? [] : namesWith(text, wanted);
      count += names.length;
      if (wanted === "") paragraph.replaceChildren(...whole);
      else paragraph.textContent = `${introductionOf(text)}${names.join(", ")}`;
      paragraph.hidden = wanted !== "" && names.length === 0;
    }
    for (const title of main.querySelectorAll<HTMLElement>(SECTION))
      title.hidden = !isFollowed(title);
    const having = count === 1 ? "name has" : "names have";
    found.textContent = wanted === "" ? "" : `${count} ${having} “${field.value.trim()}”.`;
  });
}

/** A list's words before its names, without their number: those that are left are others. */
function introductionOf(text: string): string {
  const [, introduction = ""] = /^(?:\d+ )?([^:]*: )/.exec(text) ?? [];
  return introduction.charAt(0).toUpperCase() + introduction.slice(1);
}

function namesWith(text: string, wanted: string): readonly string[] {
  const names = text.slice(text.indexOf(":")).match(/[A-Z][\w.]*\w/g) ?? [];
  return names.filter((name) => name.toLowerCase().includes(wanted));
}

/** Whether anything is left of a section. */
function isFollowed(title: Element): boolean {
  const next = title.nextElementSibling;
  if (!(next instanceof HTMLParagraphElement)) return false;
  return !next.hidden || isFollowed(next);
}
