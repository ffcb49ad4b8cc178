/** Tells the server that the console asks: lists of decisions leave its requests out. */
export const CONSOLE_AGENT = "rolecast-console";
