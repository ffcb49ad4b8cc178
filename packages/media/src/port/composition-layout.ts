/** How a picture of another shape is fitted into its tile: stretched, cropped, or between bars. */
export type TileFill = "fill" | "cover" | "contain";

export type Corner = "top-left" | "top-right" | "bottom-left" | "bottom-right";

interface LayoutBase {
  /** Participants without a picture get no tile. Without it they get an empty one. */
  readonly omitsStopped: boolean;
  /** Pixels between tiles. */
  readonly gap: number;
}

/** Tiles of one size; a featured participant is large, above the others. */
export interface GridLayout extends LayoutBase {
  readonly kind: "grid";
  /** Width over height of those that aren't featured; undefined: as the room allows. */
  readonly aspect: number | undefined;
  readonly fill: TileFill;
  readonly featuredFill: TileFill;
}

/** As a grid, with one participant in a window above it. */
export interface PipLayout extends LayoutBase {
  readonly kind: "pip";
  readonly fill: TileFill;
  readonly position: Corner;
  /** Pixels between the window and the two nearest edges. */
  readonly offset: number;
  /** Undefined: as the size of the composition and the shape of the picture say. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** The window fills the composition while there is nobody else. */
  readonly expands: boolean;
}

export type CompositionLayout = GridLayout | PipLayout;

/** A participant of a composition. A list of them is in the order of their tiles. */
export interface CastMember {
  /** The name of its publication. */
  readonly publication: string;
  /** The group of it; undefined for the scene's. */
  readonly group?: string | undefined;
  readonly featured: boolean;
  readonly pip: boolean;
  readonly videoStopped: boolean;
  readonly audioMuted: boolean;
}
