import { type ComponentType, lazy } from "react";
import { ownValue } from "../shared/own-value.ts";
import type { Params } from "./hash-route.ts";

export interface PageProps {
  readonly params: Params;
  readonly query: URLSearchParams;
}

/** A page, loaded when it is first opened. */
export interface PageRoute {
  readonly pattern: string;
  /** Shown in the breadcrumbs and in the window's title. */
  readonly title: string;
  /** Always the same component; it suspends once if it is used before the page is loaded. */
  readonly page: ComponentType<PageProps>;
  /** Resolves when the page can be shown at once, or can't be loaded: it says so then itself. */
  load(): Promise<void>;
}

/** `pageRoute("/iam/users", "Users", () => import("…/users-page.tsx"), "UsersPage")`. */
export function pageRoute<Name extends string>(
  pattern: string,
  title: string,
  load: () => Promise<Readonly<Record<Name, ComponentType<PageProps>>>>,
  name: Name,
): PageRoute {
  type Page = ComponentType<PageProps>;
  let loaded: Page | undefined;
  let page: Page | undefined;
  const loadPage = async () => ({ default: ownValue(await load(), name) as Page });
  return {
    pattern,
    title,
    get page() {
      return (page ??= loaded ?? lazy(loadPage));
    },
    load: () =>
      loadPage().then(
        (module) => {
          loaded = module.default;
        },
        () => {},
      ),
  };
}
