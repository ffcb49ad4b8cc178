import type {
  CastMember,
  CompositionLayout,
  GridLayout,
  PipLayout,
  TileFill,
} from "../port/composition-layout.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** In pixels of the composition. Every number is even: colours have half the resolution. */
export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Tile {
  readonly publication: string;
  readonly at: Rectangle;
  readonly fill: TileFill;
}

export interface Actor
  extends Pick<CastMember, "publication" | "featured" | "pip" | "videoStopped"> {
  /** Width over height of its picture; undefined before the first one. */
  readonly aspect: number | undefined;
}

const WIDESCREEN = 16 / 9;
/** The featured participant's share of the height where others are below it. */
const FEATURED_SHARE = 3 / 4;
/** The window's share of the composition's width, where the layout says nothing else. */
const PIP_SHARE = 1 / 4;
/** No tile is smaller: gaps and windows that leave less room are made smaller instead. */
const TILE_LEAST = 16;

/**
 * The tiles of a composition, in the order in which they are drawn. Each participant has one, but
 * those without a picture where the layout omits them.
 */
export function layOut(
  cast: readonly Actor[],
  layout: CompositionLayout,
  canvas: Size,
): readonly Tile[] {
  const shown = layout.omitsStopped ? cast.filter(({ videoStopped }) => !videoStopped) : cast;
  const whole = { x: 0, y: 0, width: even(canvas.width), height: even(canvas.height) };
  return layout.kind === "grid" ? inGrid(shown, layout, whole) : withWindow(shown, layout, whole);
}

type GridRules = Pick<GridLayout, "aspect" | "fill" | "featuredFill" | "gap">;

function inGrid(cast: readonly Actor[], rules: GridRules, room: Rectangle): readonly Tile[] {
  const featured = cast.find((actor) => actor.featured);
  const others = cast.filter((actor) => actor !== featured);
  if (featured === undefined) return evenTiles(others, rules, room);
  const { publication } = featured;
  if (others.length === 0) return [{ publication, at: room, fill: rules.featuredFill }];
  const gap = gapWithin(rules.gap, room.height / 4);
  const height = even((room.height - gap) * FEATURED_SHARE);
  const below = { ...room, y: room.y + height + gap, height: room.height - height - gap };
  const at = { ...room, height };
  return [{ publication, at, fill: rules.featuredFill }, ...evenTiles(others, rules, below)];
}

/** Tiles of one size, as large as they can be, in rows that are centred. */
function evenTiles(
  cast: readonly Actor[],
  { aspect, fill, gap: wantedGap }: GridRules,
  room: Rectangle,
): readonly Tile[] {
  const count = cast.length;
  if (count === 0) return [];
  const roomPerTile = Math.min(room.width, room.height) / count;
  const gap = gapWithin(wantedGap, roomPerTile / 2);
  const choices = Array.from({ length: count }, (_, index) => {
    const columns = index + 1;
    const rows = Math.ceil(count / columns);
    const width = (room.width - (columns - 1) * gap) / columns;
    const height = (room.height - (rows - 1) * gap) / rows;
    return { columns, rows, ...shaped({ width, height }, aspect) };
  });
  const best = choices.reduce((a, b) => (rating(b, aspect) >= rating(a, aspect) ? b : a));
  const { columns, rows, width, height } = best;
  const top = room.y + half(room.height - rows * height - (rows - 1) * gap);
  return cast.map(({ publication }, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = room.x + half(room.width - inRow * width - (inRow - 1) * gap);
    const x = left + (index - row * columns) * (width + gap);
    return { publication, fill, at: { x, y: top + row * (height + gap), width, height } };
  });
}

/** The largest size of this shape within a cell. */
function shaped({ width, height }: Size, aspect: number | undefined): Size {
  if (aspect === undefined) return { width: even(width), height: even(height) };
  return {
    width: even(Math.min(width, height * aspect)),
    height: even(Math.min(height, width / aspect)),
  };
}

/**
 * Large tiles are best; where any shape will do, those that are nearest to a film's. Of equal ones
 * those side by side are taken.
 */
function rating({ width, height }: Size, aspect: number | undefined): number {
  if (aspect !== undefined) return width * height;
  return Math.min(width, height * WIDESCREEN) * Math.min(height, width / WIDESCREEN);
}

function withWindow(cast: readonly Actor[], layout: PipLayout, whole: Rectangle): readonly Tile[] {
  const { fill, gap } = layout;
  const inWindow = cast.find(({ pip }) => pip);
  const others = cast.filter((actor) => actor !== inWindow);
  const rules = { aspect: undefined, fill, featuredFill: fill, gap };
  const behind = inGrid(others, rules, whole);
  if (inWindow === undefined) return behind;
  const expands = layout.expands && others.length === 0;
  const at = expands ? whole : windowAt(layout, inWindow.aspect ?? WIDESCREEN, whole);
  return [...behind, { publication: inWindow.publication, at, fill }];
}

function windowAt(
  { width: wantedWidth, height: wantedHeight, offset, position }: PipLayout,
  aspect: number,
  whole: Rectangle,
): Rectangle {
  const width = within(
    wantedWidth ?? (wantedHeight === undefined ? whole.width * PIP_SHARE : wantedHeight * aspect),
    whole.width,
  );
  const height = within(wantedHeight ?? width / aspect, whole.height);
  const fromSide = Math.min(even(offset), whole.width - width);
  const fromEdge = Math.min(even(offset), whole.height - height);
  const isLeft = position === "top-left" || position === "bottom-left";
  const isTop = position === "top-left" || position === "top-right";
  return {
    x: isLeft ? fromSide : whole.width - width - fromSide,
    y: isTop ? fromEdge : whole.height - height - fromEdge,
    width,
    height,
  };
}

function within(wanted: number, most: number): number {
  return Math.min(most, Math.max(Math.min(TILE_LEAST, most), even(wanted)));
}

/** A gap that leaves tiles their room. */
function gapWithin(gap: number, most: number): number {
  return 2 * Math.ceil(Math.min(gap, Math.max(0, most - TILE_LEAST)) / 2);
}

function half(pixels: number): number {
  return even(pixels / 2);
}

/** The next even number below; a little above is for rounding errors of divisions. */
function even(pixels: number): number {
  return Math.max(0, 2 * Math.floor((pixels + 1e-6) / 2));
}
