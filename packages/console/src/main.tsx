import "@cloudscape-design/global-styles/index.css";
import "./console.css";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Console } from "./console.tsx";
import { findPage } from "./pages/pages.ts";
import { parsePlace } from "./routing/hash-route.ts";
import { applyStoredMode } from "./session/colour-mode.ts";
import { openSession } from "./session/open-session.ts";
import { inBackground } from "./shared/in-background.ts";
import { loadSdk } from "./wire/sdk.ts";

/** Shows nothing before the page's code is there: React holds back what follows a spinner. */
async function show(element: HTMLElement): Promise<void> {
  const { path } = parsePlace(window.location.hash);
  const session = await openSession(path);
  if (session.key) {
    inBackground("The SDK can't be loaded", loadSdk());
    await findPage(path).route.load();
  }
  createRoot(element).render(
    <StrictMode>
      <I18nProvider locale="en" messages={[messages]}>
        <Console session={session} />
      </I18nProvider>
    </StrictMode>,
  );
}

const place = document.getElementById("console");
if (!place) throw new Error("the page has no place for the console");
applyStoredMode();
inBackground("The console can't be shown", show(place));
