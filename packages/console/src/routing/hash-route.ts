import { startTransition, useEffect, useState } from "react";
import { ownValue } from "../shared/own-value.ts";

/** A page's address: `#/ivs/channels/arn%3Aaws…?tab=sessions`. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The sign-in page's path, for somebody who is signed in and wants to be with another key. */
export const SIGN_IN_PATH = "/sign-in";

export type Params = Readonly<Record<string, string>>;

/**
 * The address of the page that is shown. It follows the browser's in a transition: the page before
 * stays until the next one's code is there. With a spinner between them React would hold every page
 * back for the 300 ms that keep spinners from flickering.
 */
export function usePlace(): Place {
  const [hash, setHash] = useState(() => window.location.hash);
  useEffect(() => {
    const follow = () => startTransition(() => setHash(window.location.hash));
    // It may have changed between the first render and this effect.
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return parsePlace(hash);
}

export function parsePlace(hash: string): Place {
  const target = hash.replace(/^#/, "");
  const [path = "", query = ""] = target.split("?", 2);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(query) };
}

/** `placeOf("/ivs/channels/:arn", { arn })` is a link's `href`. */
export function placeOf(pattern: string, params: Params = {}, query: Params = {}): string {
  const path = pattern.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(ownValue(params, name) ?? ""),
  );
  const search = new URLSearchParams(query).toString();
  return `#${path}${search === "" ? "" : `?${search}`}`;
}

export function goTo(href: string): void {
  window.location.hash = href;
}

/** The parameters with which `path` fits `pattern`; undefined when it doesn't. */
export function matchPath(pattern: string, path: string): Params | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (!part.startsWith(":")) {
      if (part !== value) return undefined;
      continue;
    }
    if (value === "") return undefined;
    params[part.slice(1)] = decodeURIComponent(value);
  }
  return params;
}
