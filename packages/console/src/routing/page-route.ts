import { type ComponentType, type LazyExoticComponent, lazy } from "react";
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
  readonly page: LazyExoticComponent<ComponentType<PageProps>>;
}

/** `pageRoute("/iam/users", "Users", () => import("…/users-page.tsx"), "UsersPage")`. */
export function pageRoute<Name extends string>(
  pattern: string,
  title: string,
  load: () => Promise<Readonly<Record<Name, ComponentType<PageProps>>>>,
  name: Name,
): PageRoute {
  const page = lazy(async () => ({ default: (await load())[name] }));
  return { pattern, title, page };
}
