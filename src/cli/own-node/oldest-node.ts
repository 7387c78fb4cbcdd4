/** The first number of the oldest Node that runs the program itself; `portolan` starts with any that npm runs on. */
export const OLDEST_NODE = 24;

/** Whether the program runs on a Node of this version. */
export function isRecentNode(version: string): boolean {
  return Number.parseInt(version, 10) >= OLDEST_NODE;
}
