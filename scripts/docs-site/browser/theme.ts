/* Runs before the page is painted, so that it doesn't flash in the other colours. */

const { documentElement } = document;
documentElement.classList.add("scripted");
const chosen = localStorage.getItem("rolecast-theme");
if (chosen === "light" || chosen === "dark") documentElement.style.colorScheme = chosen;
