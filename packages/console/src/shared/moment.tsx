import Box from "@cloudscape-design/components/box";
import { useSyncExternalStore } from "react";
import { shownAgo, shownDate } from "./shown-values.ts";

/** The interval at which "3 minutes ago" is updated. */
const TICK_MS = 10_000;

/** A time as the clock had it, and how long ago that is. */
export function Moment({ at }: { readonly at: Date | undefined }) {
  const nowMs = useSyncExternalStore(everyTick, currentTick);
  if (!at) return "–";
  return (
    <time dateTime={at.toISOString()} title={at.toString()}>
      {shownDate(at)} <Box variant="small">{shownAgo(at.getTime() - nowMs)}</Box>
    </time>
  );
}

/** How long ago a time is, for a table's column; the clock is in the tooltip. */
export function ShortMoment({ at }: { readonly at: Date | undefined }) {
  const nowMs = useSyncExternalStore(everyTick, currentTick);
  if (!at) return "–";
  return (
    <time className="short-moment" dateTime={at.toISOString()} title={shownDate(at)}>
      {shownAgo(at.getTime() - nowMs)}
    </time>
  );
}

function everyTick(onTick: () => void): () => void {
  const timer = setInterval(onTick, TICK_MS);
  return () => clearInterval(timer);
}

/** The same until the next tick: React asks more than once. */
function currentTick(): number {
  return Math.ceil(Date.now() / TICK_MS) * TICK_MS;
}
