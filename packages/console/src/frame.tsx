import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import { Suspense, useEffect, useRef } from "react";
import { goTo, usePlace } from "./routing/hash-route.ts";
import { NAVIGATION } from "./routing/navigation.ts";
import { breadcrumbsOf, findPage } from "./routing/pages.ts";
import { NoticeBar } from "./shared/notices.tsx";
import { PageBoundary } from "./shared/page-boundary.tsx";
import { TopBar } from "./top-bar.tsx";
import { useAws } from "./wire/aws-context.tsx";

/** What surrounds every page: identity and Region above, the services at the side. */
export function Frame(props: {
  readonly onSignOut: () => void;
  readonly onRegion: (region: string) => void;
}) {
  const place = usePlace();
  const { calls, region } = useAws();
  const found = findPage(place.path);
  const { title } = found.route;
  useEffect(() => {
    document.title = `${title} · Rolecast`;
  }, [title]);
  // A page's calls are its own.
  const shownPath = useRef(place.path);
  if (shownPath.current !== place.path) {
    shownPath.current = place.path;
    calls.clear();
  }
  const { page: CurrentPage } = found.route;
  return (
    <>
      <TopBar {...props} />
      <AppLayout
        headerSelector="#top-bar"
        toolsHide
        notifications={<NoticeBar />}
        breadcrumbs={<BreadcrumbGroup items={breadcrumbsOf(found)} />}
        navigation={
          <SideNavigation
            header={{ href: "#/", text: "Rolecast" }}
            activeHref={`#/${place.path.split("/").slice(1, 3).join("/")}`}
            items={NAVIGATION}
            onFollow={(event) => {
              if (event.detail.external === true) return;
              event.preventDefault();
              goTo(event.detail.href);
            }}
          />
        }
        content={
          <PageBoundary key={`${place.path} ${region}`}>
            <Suspense fallback={<Spinner size="large" />}>
              <CurrentPage params={found.params} query={place.query} />
            </Suspense>
          </PageBoundary>
        }
      />
    </>
  );
}
