/** Values of TERM_PROGRAM. */
const PROGRAMS = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"];
/** Values of TERM. */
const TERMINALS = ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"];
/** GNOME's terminals and their kin have hyperlinks since VTE 0.50. */
const VTE_MIN = 5_000;

/**
 * Whether the terminal shows OSC 8 hyperlinks. An unknown one counts as not: it would show nothing
 * of a link's address. FORCE_HYPERLINK decides, as for other programs.
 */
export function knowsHyperlinks(env: NodeJS.ProcessEnv): boolean {
  const { FORCE_HYPERLINK, TERM = "", TERM_PROGRAM = "", TMUX, VTE_VERSION } = env;
  // Only terminals with hyperlinks set these.
  const { WT_SESSION, KITTY_WINDOW_ID, DOMTERM, KONSOLE_VERSION } = env;
  if (FORCE_HYPERLINK !== undefined) return FORCE_HYPERLINK !== "0";
  // Multiplexers drop what they aren't configured to pass on.
  if (TMUX !== undefined || /^(?:screen|tmux)/.test(TERM)) return false;
  return (
    PROGRAMS.includes(TERM_PROGRAM) ||
    TERMINALS.includes(TERM) ||
    (WT_SESSION ?? KITTY_WINDOW_ID ?? DOMTERM ?? KONSOLE_VERSION) !== undefined ||
    Number(VTE_VERSION ?? 0) >= VTE_MIN
  );
}

/** `text` as a link to `url`; neither may hold control characters. */
export function hyperlink(text: string, url: string): string {
  return `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\`;
}
