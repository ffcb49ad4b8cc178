import AppLayoutToolbar from "@cloudscape-design/components/app-layout-toolbar";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { HELPED } from "./help/helped-pages.ts";
import { breadcrumbsOf, findPage } from "./pages/pages.ts";
import { goTo, usePlace } from "./routing/hash-route.ts";
import { NoticeBar } from "./shared/notices.tsx";
import { PageBoundary } from "./shared/page-boundary.tsx";
import { PageFrameContext } from "./shared/page-frame.tsx";
import { useShortcuts } from "./shortcuts/use-shortcuts.ts";
import { Side } from "./side.tsx";
import { TopBar } from "./top-bar.tsx";
import { useSession } from "./wire/aws-context.tsx";

/** Loaded when somebody asks for them. */
const Search = lazy(async () => ({
  default: (await import("./search/search-dialog.tsx")).SearchDialog,
}));
const Shortcuts = lazy(async () => ({
  default: (await import("./shortcuts/shortcuts-dialog.tsx")).ShortcutsDialog,
}));
const Help = lazy(async () => ({ default: (await import("./help/help.tsx")).Help }));

/** The frame around every page: identity and Region above, the services at the side. */
export function Frame(props: { readonly onRegion: (region: string) => void }) {
  const place = usePlace();
  const { calls, region } = useSession();
  const found = findPage(place.path);
  const { pattern } = found.route;
  const [named, setNamed] = useState({ path: "", title: "" });
  const [helping, setHelping] = useState(false);
  const [opened, setOpened] = useState<"search" | "shortcuts">();
  useShortcuts((action) => (typeof action === "object" ? goTo(action.goTo) : setOpened(action)));
  const helped = HELPED.has(pattern);
  const pageFrame = useMemo(
    () => ({
      nameIt: (title: string) => setNamed({ path: place.path, title }),
      openHelp: helped ? () => setHelping(true) : undefined,
    }),
    [place.path, helped],
  );
  const title = named.path === place.path ? named.title : found.route.title;
  const breadcrumbs = breadcrumbsOf(found).map((crumb, index, all) =>
    index > 0 && index === all.length - 1 ? { ...crumb, text: title } : crumb,
  );
  useEffect(() => {
    document.title = `${title} · Rolecast`;
  }, [title]);
  const { page: CurrentPage } = found.route;
  return (
    <>
      <TopBar
        {...props}
        onSearch={() => setOpened("search")}
        onShortcuts={() => setOpened("shortcuts")}
      />
      <Suspense fallback={null}>
        {opened === "search" && <Search onClose={() => setOpened(undefined)} />}
        {opened === "shortcuts" && <Shortcuts onClose={() => setOpened(undefined)} />}
      </Suspense>
      <AppLayoutToolbar
        headerSelector="#top-bar"
        toolsHide={!helped}
        toolsOpen={helped && helping}
        onToolsChange={({ detail }) => setHelping(detail.open)}
        tools={
          <PageBoundary key={pattern}>
            <Suspense fallback={<Spinner />}>{helping && <Help pattern={pattern} />}</Suspense>
          </PageBoundary>
        }
        ariaLabels={{
          navigation: "Services",
          navigationToggle: "Open services",
          navigationClose: "Close services",
          tools: "Help",
          toolsToggle: "Open help",
          toolsClose: "Close help",
          notifications: "Notices",
        }}
        notifications={<NoticeBar />}
        breadcrumbs={<BreadcrumbGroup items={breadcrumbs} />}
        navigation={<Side path={place.path} />}
        content={
          // Not inside the boundary, whose key changes: a new one would show its spinner at once.
          <Suspense fallback={<Spinner size="large" />}>
            <PageBoundary key={`${place.path} ${region}`} onLeave={() => calls.clear()}>
              <PageFrameContext value={pageFrame}>
                <CurrentPage params={found.params} query={place.query} />
              </PageFrameContext>
            </PageBoundary>
          </Suspense>
        }
      />
    </>
  );
}
