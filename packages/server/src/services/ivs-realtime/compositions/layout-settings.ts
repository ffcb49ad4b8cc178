import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import { validation } from "../errors.ts";

type Given = Checked<realTime.LayoutConfiguration>;

/** The grid's defaults. Source: IVS Real-Time API Reference, GridConfiguration. */
export const GRID_DEFAULTS = {
  featuredParticipantAttribute: "",
  omitStoppedVideo: false,
  videoAspectRatio: "VIDEO",
  gridGap: 2,
  participantOrderAttribute: "",
} as const;

/** Those of picture-in-picture. Source: the same, PipConfiguration. */
const PIP_DEFAULTS = {
  featuredParticipantAttribute: "",
  omitStoppedVideo: false,
  videoFillMode: "COVER",
  gridGap: 0,
  pipParticipantAttribute: "",
  pipBehavior: "STATIC",
  pipOffset: 0,
  pipPosition: "BOTTOM_RIGHT",
  participantOrderAttribute: "",
} as const;

/** Fills in the defaults; without a layout it is a grid. */
export function completeLayout(given: Given | undefined): realTime.LayoutConfiguration {
  if (given?.grid && given.pip) throw validation("layout must have one of grid and pip");
  if (given?.pip) return { pip: { ...PIP_DEFAULTS, ...stated(given.pip) } };
  return { grid: { ...GRID_DEFAULTS, ...stated(given?.grid ?? {}) } };
}

/** The members that have a value. */
function stated<Given extends object>(given: Given): Partial<Given> {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Given>;
}
