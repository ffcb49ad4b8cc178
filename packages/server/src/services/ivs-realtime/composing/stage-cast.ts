import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { CastMember, CompositionLayout, TileFill } from "@rolecast/media";
import type { Participant } from "../live/participant.ts";

/** Width over height, by the name that the API has for it. */
const ASPECTS = { AUTO: undefined, VIDEO: 16 / 9, SQUARE: 1, PORTRAIT: 3 / 4 } as const;
const FILLS: Readonly<Record<realTime.VideoFillMode, TileFill>> = {
  FILL: "fill",
  COVER: "cover",
  CONTAIN: "contain",
};
const CORNERS = {
  TOP_LEFT: "top-left",
  TOP_RIGHT: "top-right",
  BOTTOM_LEFT: "bottom-left",
  BOTTOM_RIGHT: "bottom-right",
} as const;

/** Somebody who publishes on a stage. */
export interface CastParticipant {
  /** The name of its publication. */
  readonly id: string;
  /** The engine's group, where it is another one than the stage's session. */
  readonly group?: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly videoStopped: boolean;
  readonly audioMuted: boolean;
}

/** Those who publish, in the order of their arrival. */
export function publishersAmong(participants: Iterable<Participant>): readonly CastParticipant[] {
  const publishers = [...participants].filter(({ isPublishing }) => isPublishing);
  // Of two redundant encoders one is shown.
  const shown = new Map(publishers.reverse().map((one) => [one.shownId, one]));
  return publishers
    .filter((one) => shown.get(one.shownId) === one)
    .reverse()
    .map(({ id, token, replicaOf, videoStopped, audioMuted }) => ({
      ...{ id: replicaOf?.publication ?? id, group: replicaOf?.group },
      ...{ attributes: token.attributes, videoStopped, audioMuted },
    }));
}

/** The layout in the words of the media engine. */
export function mediaLayout({ grid, pip }: realTime.LayoutConfiguration): CompositionLayout {
  if (pip)
    return {
      kind: "pip",
      omitsStopped: pip.omitStoppedVideo ?? false,
      gap: pip.gridGap ?? 0,
      fill: FILLS[pip.videoFillMode || "COVER"],
      position: CORNERS[pip.pipPosition ?? "BOTTOM_RIGHT"],
      offset: pip.pipOffset ?? 0,
      ...{ width: pip.pipWidth, height: pip.pipHeight },
      expands: pip.pipBehavior === "DYNAMIC",
    };
  return {
    kind: "grid",
    omitsStopped: grid?.omitStoppedVideo ?? false,
    gap: grid?.gridGap ?? 0,
    aspect: ASPECTS[grid?.videoAspectRatio ?? "VIDEO"],
    fill: FILLS[grid?.videoFillMode || "COVER"],
    featuredFill: FILLS[grid?.videoFillMode || "CONTAIN"],
  };
}

/**
 * The participants in the order of their tiles. `all` are in the order of their arrival: those who
 * have the order's attribute come first, by its number.
 */
export function castOf(
  all: readonly CastParticipant[],
  { grid, pip }: realTime.LayoutConfiguration,
): readonly CastMember[] {
  const { featuredParticipantAttribute: featured = "", participantOrderAttribute: order = "" } =
    pip ?? grid ?? {};
  const inPip = pip?.pipParticipantAttribute ?? "";
  const isMarked = ({ attributes }: CastParticipant, name: string): boolean =>
    name !== "" && Object.hasOwn(attributes, name) && attributes[name] === "true";
  const place = ({ attributes }: CastParticipant): number => {
    const text = order !== "" && Object.hasOwn(attributes, order) ? attributes[order] : undefined;
    const number = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
    return Number.isFinite(number) ? number : Number.POSITIVE_INFINITY;
  };
  return all
    .map((participant, arrival) => ({ participant, arrival, place: place(participant) }))
    .sort((a, b) => (a.place === b.place ? a.arrival - b.arrival : a.place < b.place ? -1 : 1))
    .map(({ participant }) => ({
      publication: participant.id,
      ...(participant.group === undefined ? {} : { group: participant.group }),
      featured: isMarked(participant, featured),
      pip: isMarked(participant, inPip),
      videoStopped: participant.videoStopped,
      audioMuted: participant.audioMuted,
    }));
}
