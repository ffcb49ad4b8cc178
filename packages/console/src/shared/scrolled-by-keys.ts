/** Members of an element that scrolls by itself: the keyboard has to reach it. */
export const SCROLLED_BY_KEYS = { tabIndex: 0 };
